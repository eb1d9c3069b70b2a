using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Every golden folder, with a tokenizer beside its weights, learns 20 rows with what the family adapts by default.</summary>
public sealed class FamilyTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-family-").FullName;

    public static TheoryData<string> Folders => [.. GoldenFamilies.Models];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Training_on_20_rows_lowers_their_loss(string golden)
    {
        string model = Path.Combine(_folder, "model"),
            rows = Path.Combine(_folder, "rows.jsonl");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(golden, "*").Where(file => !IsOfTheGolden(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        TinyTokenizer.Write(Path.Combine(model, "tokenizer.json"));
        await File.WriteAllLinesAsync(
            rows,
            Enumerable.Range(0, 20).Select(i => TinyRun.Row(i % 2 == 0 ? $"good {i}" : $"bad {i}{i}", i % 2))
        );
        var options = new FineTuneOptions
        {
            Model = model,
            TrainData = rows,
            EvalData = rows,
            Output = Path.Combine(_folder, "run"),
            Data = new DataOptions
            {
                Template = "{text}?",
                Choices = [" no", " yes"],
                MaxLength = 32,
            },
            Adapter = new AdapterOptions { Rank = 4, Alpha = 8 },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse, LearningRate = 0.02f },
            Engine = new EngineOptions
            {
                Name = EngineCatalog.OnnxRuntime,
                Threads = 1,
                CacheFolder = Path.Combine(_folder, "cache"),
            },
            Steps = 15,
            ExamplesPerStep = 10,
            EvalEvery = 0,
        };

        var result = await new FineTuner(options).TrainAsync();

        var (before, after) = (result.Evaluations[0].ChoiceLoss!.Value, result.Evaluations[^1].ChoiceLoss!.Value);
        Assert.True(after < 0.8 * before, $"{Path.GetFileName(golden)}: {before} -> {after}");
    }

    private static bool IsOfTheGolden(string name) => name is "config.hub.json" or "golden.json" or "golden.safetensors" or "README.md";
}
