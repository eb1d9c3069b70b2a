using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>What an evaluation of label words says of the adapter's own answers.</summary>
public sealed class SpokenLabelsTests
{
    public static TheoryData<string, string[], ChoiceScoring?> Forms =>
        new()
        {
            { EngineCatalog.OnnxRuntime, [" no", " yes"], null },
            { EngineCatalog.OnnxRuntime, [" no", " yes yes"], null },
            { EngineCatalog.OnnxRuntime, [" no no", " yes yes"], ChoiceScoring.Mean },
            { EngineCatalog.Reference, [" no", " yes"], null },
            { EngineCatalog.Reference, [" no", " yes yes"], null },
        };

    /// <summary>A row is told as said where the text that the adapter writes behind its prompt begins with the right word.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Words_are_said_where_the_adapter_writes_them(string engine, string[] words, ChoiceScoring? scoring)
    {
        using var run = Trained(engine, words, scoring);
        var result = await run.TrainAsync();

        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var generator = new TextGenerator(model, AdapterFiles.Load(result.AdapterFolder));
        var lines = File.ReadAllLines(run.At("train.jsonl"));
        var said = new List<bool>();
        foreach (var row in result.LastRows!.Examples)
        {
            var text = JsonDocument.Parse(lines[row.LineNumber - 1]).RootElement.GetProperty("text").GetString();
            var written = await generator.GenerateAsync($"{text}?", new GenerationOptions { MaxNewTokens = 2 });
            said.Add(written.Text.StartsWith(words[row.Label!.Value], StringComparison.Ordinal));
            Assert.Equal(said[^1], row.IsSaid);
        }

        Assert.Contains(true, said);
        var right = result.LastRows.Examples.Where(row => row.IsCorrect).ToArray();
        Assert.Equal(new SpokenLabels(right.Count(row => row.IsSaid == true), right.Length), result.Spoken);
    }

    /// <summary>Where steps have taught little, words are ranked and not said; without label words nothing is told.</summary>
    [Fact]
    public async Task Words_that_are_only_ranked_are_not_said()
    {
        using var run = Trained(EngineCatalog.OnnxRuntime, [" no", " yes"], null);

        var result = await run.TrainAsync(options => options with { TokenShare = 0, Steps = 4 });

        Assert.InRange(result.Spoken!.Said, 0, result.Spoken.Rows - 1);
        var ids = (IReadOnlyList<bool?>)[.. result.LastRows!.Examples.Select(row => row.IsSaid)];
        Assert.Contains(false, ids);
    }

    private static TinyRun Trained(string engine, string[] words, ChoiceScoring? scoring)
    {
        var run = new TinyRun(engine);
        run.Options = run.Options with
        {
            EvalData = run.At("train.jsonl"),
            Adapter = new AdapterOptions { Rank = 8 },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            ExamplesPerStep = 10,
            Steps = 30,
            EvalEvery = 0,
            TokenShare = scoring is null ? 0.9 : 0,
            Loss = scoring is null ? null : LossKind.Tokens,
            Data = run.Options.Data with { Choices = words, Scoring = scoring },
        };
        return run;
    }
}
