using MobiZO.Adapters;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Training;

/// <summary>Every supported family through the whole house: a golden folder with a tokenizer, 20 rows, a run, its adapter.</summary>
public sealed class FamilyTrainingTests
{
    private const int Rows = 20;

    public static TheoryData<string> Folders => [.. GoldenFamilies.Models.Select(folder => Path.GetFileName(folder))];

    /// <summary>The loss of the rows falls, and the adapter of the run is loaded and answers.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Training_on_20_rows_lowers_their_loss(string name)
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        var model = run.At("family");
        Copy(GoldenFamilies.Models.Single(folder => Path.GetFileName(folder) == name), model);
        run.Write("train.jsonl", [.. Enumerable.Range(0, Rows).Select(i => TinyRun.Row(i % 2 == 0 ? $"good {i}" : $"bad {i}{i}", i % 2))]);
        var result = await run.TrainAsync(options =>
            options with
            {
                Model = model,
                EvalData = options.TrainData,
                EvalEvery = 0,
                Steps = 20,
                ExamplesPerStep = 8,
                Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse, LearningRate = 0.05f },
            }
        );
        var (before, after) = (result.Evaluations[0].ChoiceLoss!.Value, result.Evaluations[^1].ChoiceLoss!.Value);
        Assert.True(after < 0.9 * before, $"{name}: {before} -> {after}");

        using var opened = LocalModel.Open(model, run.Options.Engine);
        using var generator = new TextGenerator(opened, AdapterFiles.Load(result.AdapterFolder));
        var text = await generator.GenerateAsync("good 4?", new GenerationOptions { MaxNewTokens = 3 });
        Assert.NotEmpty(text.TokenIds);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(file => !Path.GetFileName(file).StartsWith("golden", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        TinyTokenizer.Write(Path.Combine(to, "tokenizer.json"));
    }
}
