using MobiZO.TrainBench.Machine;
using MobiZO.TrainBench.Measuring;

namespace MobiZO.TrainBench.Steps;

/// <summary>Measures one shape after another.</summary>
internal sealed class StepBench(StepModel model, int rounds, int maxTokensPerRun)
{
    public StepRow Measure(StepShape shape)
    {
        using var step = new StepRun(model, shape, maxTokensPerRun);
        using var sequential = new StepRun(model, shape, maxTokensPerRun, isSequential: true);
        var inference = new InferenceRun(model, shape, maxTokensPerRun);
        using var all = shape.Scope == AdapterScope.Activated ? new StepRun(model, shape.InScopeAll(), maxTokensPerRun) : null;

        // Before the others have run at this size: what they need is not the step's.
        var isOwnPeak = ResidentPeak.TryReset();
        step.Take();
        step.Take();
        var peak = ResidentPeak.Bytes;

        List<Func<StepSample>> contenders = [() => Settled(step.Take), () => Settled(sequential.Take), () => Settled(inference.Take)];
        if (all is not null)
        {
            contenders.Add(() => Settled(all.Take));
        }

        var samples = Interleaved.Run(rounds, contenders);
        return new StepRow
        {
            Shape = shape,
            Step = Timing.Of(samples[0]),
            Sequential = Timing.Of(samples[1]),
            Inference = Timing.Of(samples[2]),
            ScopeAll = all is null ? null : Timing.Of(samples[3]),
            PeakBytes = peak,
            IsOwnPeak = isOwnPeak,
        };
    }

    /// <summary>
    /// The second of two turns: in the first, threads of the contender before still spin, and the caches hold its weights. A run has no
    /// such neighbour.
    /// </summary>
    internal static StepSample Settled(Func<StepSample> take)
    {
        take();
        return take();
    }
}
