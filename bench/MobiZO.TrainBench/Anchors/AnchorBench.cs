using MobiZO.TrainBench.Race;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Anchors;

/// <summary>A run with the library's defaults, what it measures beside itself, and ML.NET on the same rows.</summary>
/// <param name="model">Model folder or GGUF file.</param>
/// <param name="dataRoot">Folder of the data files.</param>
/// <param name="steps">Steps of the run; 0: no run, ML.NET alone.</param>
internal sealed class AnchorBench(string model, string dataRoot, int steps)
{
    /// <summary>Measures one task with one seed.</summary>
    public async Task<AnchorRow> MeasureAsync(RaceTask task, ulong seed, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-anchors-").FullName;
        try
        {
            var run = task.CreateRun(model, dataRoot, Path.Combine(folder, "run"), seed);
            var (beside, trainRows) =
                TextClassification.Of(run) ?? throw new FormatException($"{task.Name}: expected rows of more than one label word");
            Output.Tell($"{task.Name}, seed {seed}: ML.NET {Show.Percent(beside.Accuracy)}");
            var result =
                steps == 0 ? null : await new FineTuner(run with { Steps = steps, EvalEvery = 0 }).TrainAsync(cancellation: cancellation);
            cancellation.ThrowIfCancellationRequested();
            return new AnchorRow(task.Name, seed, trainRows, beside, result?.Anchors, result?.Work);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
