using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.TestKit;
using MobiZO.Tests.Training;

namespace MobiZO.ExecuTorch.Tests.App;

/// <summary>The sample for hosts in C++ trains an exported run as this library does.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed partial class AppHostTests : IDisposable
{
    private const int Steps = 4;
    private const EstimatorKind Estimator = EstimatorKind.TwoSided;

    private readonly TinyRun _run = new(EngineCatalog.OnnxRuntime);

    public void Dispose() => _run.Dispose();

    /// <summary>With the same noise the host finds the B of ONNX Runtime, which is fed rows of their own lengths.</summary>
    [ReleasedTheory]
    [InlineData(AdapterScope.All, " no")]
    [InlineData(AdapterScope.All, " no good one")]
    [InlineData(AdapterScope.Activated, " no")]
    [InlineData(AdapterScope.Activated, " no good one")]
    [InlineData(AdapterScope.All, " no", "0.4")]
    [InlineData(AdapterScope.Activated, " no good one", "0.6")]
    public async Task TheHostTakesTheStepsOfTheLibrary(AdapterScope scope, string word, string? target = null)
    {
        await _run.TrainAsync(options =>
            options with
            {
                Adapter = options.Adapter with { Scope = scope },
                Data = options.Data with { Choices = [word, " yes"] },
                Steps = 1,
            }
        );
        AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, withRows: true, targetRuntime: target);
        var app = new AppFolder(_run.At("app"));
        Assert.Equal(word == " no", app.Choices.All(choice => choice.Length == 1));
        var noise = app.Noise(Steps);
        File.WriteAllBytes(_run.At("noise.bin"), MemoryMarshal.AsBytes(noise.AsSpan()).ToArray());
        RunHost("--steps", $"{Steps}", "--noise", _run.At("noise.bin"), "--schedule", "linear");

        var expected = Train(app, scope, noise);
        var found = app.Floats(_run.At("b.bin"));
        Assert.Equal(expected.Length, found.Length);
        Assert.Contains(expected.Zip(app.B), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
        Assert.Equal(0, expected.Zip(found, (one, other) => Math.Abs(one - other)).Max(), 1e-5);
    }

    /// <summary>A model that knows words: the host's own noise teaches it which rows are which.</summary>
    [ReleasedTheory]
    [InlineData(AdapterScope.All)]
    [InlineData(AdapterScope.Activated)]
    public async Task TheHostLearns(AdapterScope scope)
    {
        string[] rows =
        [
            .. Enumerable.Range(0, 8).SelectMany(index => new[] { $"ham\tsee you at {index + 1}", $"spam\tWIN a FREE prize {index}" }),
        ];
        _run.Write("messages.tsv", ["label\ttext", .. rows]);
        await new FineTuner(
            new FineTuneOptions
            {
                Model = Path.Combine(Shared.Repository, "models", "nano"),
                TrainData = _run.At("messages.tsv"),
                Output = _run.At("run"),
                Data = new DataOptions { Template = "{text}\nSpam:", LabelWords = LabelWord.ParseList("ham= no,spam= yes") },
                Adapter = new AdapterOptions { Rank = 4, Scope = scope },
                Optimizer = new OptimizerOptions
                {
                    Estimator = EstimatorKind.OneSidedNormalized,
                    Queries = 7,
                    LearningRate = 0.1f,
                },
                Engine = new EngineOptions { Name = EngineCatalog.OnnxRuntime },
                Steps = 1,
                ExamplesPerStep = 2,
            }
        ).TrainAsync();
        AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, withRows: true);

        var text = RunHost("--schedule", "linear");
        var scores = ScoreLine().Matches(text);
        Assert.Equal(["before", "after"], scores.Select(score => score.Groups["when"].Value));
        Assert.Equal(5, text.Split('\n').Count(line => line.StartsWith("step ", StringComparison.Ordinal)));
        Assert.True(Number(1, "right") >= Number(0, "right") && Number(1, "right") >= 14, text);
        Assert.True(Number(1, "loss") < 0.6 * Number(0, "loss"), text);

        double Number(int index, string group) => double.Parse(scores[index].Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [ReleasedTheory]
    [InlineData(AppForm.Kept, "the form is kept: export with --form in-out")]
    [InlineData(AppForm.InOut, "cannot read ")]
    public async Task TheHostSaysWhatItCannotTake(AppForm form, string message)
    {
        await _run.TrainAsync(options => options with { Steps = 1 });
        AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, form, withRows: form == AppForm.Kept);
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => RunHost()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_run.At("b.bin")));
    }

    [GeneratedRegex(@"^(?<when>\w+): (?<right>\d+) of 16 rows right, loss (?<loss>[\d.]+)$", RegexOptions.Multiline)]
    private static partial Regex ScoreLine();

    private string RunHost(params IEnumerable<string> options) =>
        Tool.Run(_run.Folder, RuntimeBuild.Host(), [_run.At("app"), _run.At("b.bin"), .. options]);

    private float[] Train(AppFolder app, AdapterScope scope, float[] noise)
    {
        using var model = LocalModel.Open(_run.At("model"), _run.Options.Engine);
        var adapter = AdapterFiles.Load(app["adapter"]);
        var layout = new AdapterLayout(
            adapter.Rank,
            adapter.Scale,
            [.. adapter.Modules.Select(module => model.Assembler.LinearModules.Single(known => known.Name == module.Name))]
        );
        var loss = app.Choices.All(choice => choice.Length == 1) ? StepLossKind.Choices : StepLossKind.ChoiceSequences;
        using var session = model.Engine.Load(
            model.Assembler.Step(
                new StepOptions
                {
                    Adapter = layout,
                    Loss = loss,
                    Prompt = scope == AdapterScope.All ? PrefixKind.Tokens : PrefixKind.KeyValues,
                    Update = new EngineUpdate(Estimator, app.Queries),
                }
            ),
            model.Checkpoint
        );
        using var prefix = model.Engine.Load(model.Assembler.Prefix(PrefixKind.KeyValues), model.Checkpoint);
        var b = app.B;
        for (var step = 0; step < Steps; step++)
        {
            var count = _run.Options.ExamplesPerStep!.Value;
            PromptExample[] examples = [.. Enumerable.Range(step * count, count).Select(index => app.Rows[index % app.Rows.Count])];
            var feed = StepFeed.Create(loss, examples, app.Coefficients.Length);
            var inputs = new Dictionary<string, HostTensor>(feed.Inputs)
            {
                [ProgramNames.AdapterA] = HostTensor.Of(app.A, app.A.Length),
                [ProgramNames.AdapterB] = HostTensor.Of(b, b.Length),
                [ProgramNames.Noise] = HostTensor.Of(
                    noise[(step * app.Queries * b.Length)..][..(app.Queries * b.Length)],
                    app.Queries,
                    b.Length
                ),
                [ProgramNames.QueryIndex] = HostTensor.Of(app.QueryIndex, app.QueryIndex.Length),
                [ProgramNames.Coefficients] = HostTensor.Of(app.Coefficients, app.Coefficients.Length),
                [ProgramNames.Epsilon] = HostTensor.Of(new[] { app.Epsilon }, 1),
                [ProgramNames.LearningRate] = HostTensor.Of(new[] { (float)(0.05 * (1 - (step / (double)Steps))) }, 1),
                [ProgramNames.PastLengths] = HostTensor.Of([.. examples.Select(example => (long)example.SuffixStart)], count),
            };
            foreach (var (name, kept) in scope == AdapterScope.All ? [] : Join([.. examples.Select(example => Prompt(prefix, example))]))
            {
                inputs[name.Replace("present", "past", StringComparison.Ordinal)] = kept;
            }

            b = session
                .Run(inputs.Where(input => session.Program.Inputs.Any(known => known.Name == input.Key)).ToDictionary())[
                    ProgramNames.NextAdapterB
                ]
                .Floats.ToArray();
        }

        return b;
    }

    private static IReadOnlyDictionary<string, HostTensor> Prompt(IProgramSession prefix, PromptExample example) =>
        prefix.Run(
            new Dictionary<string, HostTensor>
            {
                [ProgramNames.InputIds] = HostTensor.Of(
                    [.. example.Prompt[..example.SuffixStart].Select(id => (long)id)],
                    1,
                    example.SuffixStart
                ),
                [ProgramNames.Positions] = HostTensor.Of(
                    [.. Enumerable.Range(0, example.SuffixStart).Select(t => (long)t)],
                    1,
                    example.SuffixStart
                ),
            }
        );

    // [1, heads, tokens, width] each, to [examples, heads, most tokens, width] with zeros behind.
    private static IEnumerable<(string Name, HostTensor Kept)> Join(IReadOnlyList<IReadOnlyDictionary<string, HostTensor>> prompts)
    {
        foreach (var name in prompts[0].Keys)
        {
            HostTensor[] parts = [.. prompts.Select(prompt => prompt[name])];
            var (heads, most, width) = (parts[0].Shape[1], parts.Max(part => part.Shape[2]), parts[0].Shape[3]);
            var joined = new float[parts.Length * heads * most * width];
            for (var row = 0; row < parts.Length * heads; row++)
            {
                var part = parts[row / heads];
                var length = part.Shape[2] * width;
                part.Floats.AsSpan(row % heads * length, length).CopyTo(joined.AsSpan(row * most * width));
            }

            yield return (name, HostTensor.Of(joined, parts.Length, heads, most, width));
        }
    }
}
