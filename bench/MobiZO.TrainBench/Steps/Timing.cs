using MobiZO.TrainBench.Measuring;

namespace MobiZO.TrainBench.Steps;

/// <summary>The samples of one contender and their medians.</summary>
/// <param name="Milliseconds">Median of all.</param>
/// <param name="EngineMilliseconds">Median inside engine runs.</param>
/// <param name="EngineRuns">Engine runs of one sample.</param>
/// <param name="Cost">Work of one sample.</param>
/// <param name="Samples">Milliseconds of every counted round.</param>
internal sealed record Timing(
    double Milliseconds,
    double EngineMilliseconds,
    int EngineRuns,
    ProgramCost Cost,
    IReadOnlyList<double> Samples
)
{
    public static Timing Of(IReadOnlyList<StepSample> samples) =>
        new(
            Statistics.Median(samples.Select(sample => sample.Milliseconds)),
            Statistics.Median(samples.Select(sample => sample.EngineMilliseconds)),
            samples[^1].EngineRuns,
            samples[^1].Cost,
            [.. samples.Select(sample => sample.Milliseconds)]
        );
}
