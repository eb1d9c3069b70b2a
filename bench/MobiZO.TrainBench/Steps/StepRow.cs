using MobiZO.TrainBench.Measuring;

namespace MobiZO.TrainBench.Steps;

/// <summary>What was measured of one shape. Times are medians in milliseconds.</summary>
internal sealed record StepRow
{
    public required StepShape Shape { get; init; }

    /// <summary>The parallel step.</summary>
    public required Timing Step { get; init; }

    /// <summary>One copy after another.</summary>
    public required Timing Sequential { get; init; }

    /// <summary>Plain inference of the same rows.</summary>
    public required Timing Inference { get; init; }

    /// <summary>The parallel step in scope all; null in rows of scope all.</summary>
    public Timing? ScopeAll { get; init; }

    /// <summary>Resident peak while parallel steps ran.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Whether the peak was counted for this row alone.</summary>
    public required bool IsOwnPeak { get; init; }

    public double Seconds => Step.Milliseconds / 1000;

    public double RowsPerSecond => Shape.Rows / Seconds;

    /// <summary>Computed tokens a second.</summary>
    public double TokensPerSecond => Shape.ComputedTokens / Seconds;

    public double FlopsPerSecond => Step.Cost.Flops / Seconds;

    public double WeightBytesPerSecond => Step.Cost.WeightBytes / Seconds;

    /// <summary>Share of the step outside engine runs.</summary>
    public double HostShare => 1 - (Step.EngineMilliseconds / Step.Milliseconds);

    public double OverSequential => Sequential.Milliseconds / Step.Milliseconds;

    public double OverInference => Step.Milliseconds / Inference.Milliseconds;

    public double? OverScopeAll => ScopeAll?.Milliseconds / Step.Milliseconds;

    /// <summary>The least milliseconds that this machine could need for the step; 0 until <see cref="Against"/> says.</summary>
    public double BoundMilliseconds { get; private init; }

    /// <summary>Bound over measured time.</summary>
    public double BoundReached => BoundMilliseconds / Step.Milliseconds;

    /// <summary>The row with the bound of a machine.</summary>
    public StepRow Against(Roofline roofline) =>
        this with
        {
            BoundMilliseconds = 1000 * roofline.BoundSeconds(Step.Cost.Flops, Step.Cost.WeightBytes),
        };
}
