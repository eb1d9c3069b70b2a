using MobiZO.Adapters;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Models;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Tests.Training;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Whole runs on ExecuTorch beside the same runs on ONNX Runtime.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchTrainingTests : IDisposable
{
    private readonly TinyRun _run = new(EngineCatalog.ExecuTorch);

    /// <summary>Estimator, scope, largest difference of B: the normalised one divides rounding by the spread of the losses.</summary>
    public static TheoryData<EstimatorKind, AdapterScope, double> Ways =>
        new()
        {
            { EstimatorKind.TwoSided, AdapterScope.Activated, 1e-5 },
            { EstimatorKind.TwoSided, AdapterScope.All, 1e-5 },
            { EstimatorKind.OneSidedNormalized, AdapterScope.Activated, 2e-4 },
        };

    public void Dispose() => _run.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(Ways))]
    public async Task AHundredStepsAreThoseOfOnnxRuntime(EstimatorKind estimator, AdapterScope scope, double tolerance)
    {
        FineTuneOptions Change(FineTuneOptions options, string engine) =>
            options with
            {
                Adapter = options.Adapter with { Scope = scope },
                Engine = options.Engine with { Name = engine },
                Optimizer = options.Optimizer with { Estimator = estimator },
                Steps = 100,
            };

        var expected = await Train("onnx", options => Change(options, EngineCatalog.OnnxRuntime));
        var found = await Train("executorch", options => Change(options, EngineCatalog.ExecuTorch));

        Assert.Contains(expected, value => Math.Abs(value) > 1e-3);
        Assert.Equal(0, LargestDifference(expected, found), tolerance);
    }

    [ExecuTorchFact]
    public async Task AnUpdateInTheEngineIsThatOfTheHost()
    {
        var host = await Train("host", options => options with { Steps = 8 });
        var engine = await Train("engine", options => options with { Steps = 8, Update = UpdatePlace.Engine });
        Assert.Equal(0, LargestDifference(host, engine), 1e-6);
    }

    [ExecuTorchFact]
    public async Task AStoppedRunGoesOnToTheSameBitsAndIsReplayed()
    {
        var whole = await Train("whole", options => options);
        await _run.TrainUntilAsync(3, options => OneEvaluation(options) with { Output = _run.At("stopped") });
        var resumed = await Train("stopped", options => options with { Resume = true });

        Assert.Equal(whole, resumed);
        Assert.Equal(whole, RunReplay.Rebuild(new RunFolder(_run.At("stopped"))).ToState());
        Assert.Equal("executorch", _run.Journal("stopped").Header.Properties["engine"]);
    }

    private static FineTuneOptions OneEvaluation(FineTuneOptions options) =>
        options with
        {
            EvalEvery = 0,
            Optimizer = options.Optimizer with { LearningRate = 0.02f },
        };

    private static float LargestDifference(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Max();

    private async Task<float[]> Train(string output, Func<FineTuneOptions, FineTuneOptions> change)
    {
        var result = await _run.TrainAsync(options => change(OneEvaluation(options)) with { Output = _run.At(output) });
        Assert.Equal(RunEnd.Completed, result.End);
        return AdapterFiles.Load(result.AdapterFolder).ToState();
    }
}
