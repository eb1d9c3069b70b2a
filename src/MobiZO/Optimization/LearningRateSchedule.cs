namespace MobiZO.Optimization;

/// <summary>The learning rate of a step as a pure function of the step and the number of steps; the same bits on every machine.</summary>
/// <remarks>
/// Step t of the first W rises: peak * (t + 1) / W. After it, with p = (t - W) / (steps - W): constant: peak; linear: peak * (f + (1 - f)(1 - p));
/// cosine: peak * (f + (1 - f)(1 + cos(pi p)) / 2), f being the final ratio. p reaches 1 only behind the last step, so that no step is wasted on a rate of zero.
/// </remarks>
public sealed record LearningRateSchedule
{
    /// <summary>The course after warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Linear;

    /// <summary>Number of warm-up steps W.</summary>
    public long WarmupSteps { get; init; }

    /// <summary>What the rate falls towards, as a share of the peak, from 0 to 1. Unused by the constant schedule.</summary>
    public float FinalRatio { get; init; }

    /// <summary>The learning rate of step <paramref name="step"/> (from 0) of <paramref name="totalSteps"/>; beyond the last step the final one.</summary>
    public float At(float peak, long step, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < WarmupSteps)
        {
            return (float)(peak * ((step + 1d) / WarmupSteps));
        }

        var progress = totalSteps > WarmupSteps ? Math.Min(1d, (step - WarmupSteps) / (double)(totalSteps - WarmupSteps)) : 1d;
        var remaining = Kind switch
        {
            ScheduleKind.Constant => 1d,
            ScheduleKind.Linear => 1 - progress,
            ScheduleKind.Cosine => (1 + CosineOfHalfTurns(progress)) / 2,
            _ => throw new InvalidOperationException($"unknown schedule {Kind}"),
        };
        return Kind == ScheduleKind.Constant ? peak : (float)(peak * (FinalRatio + ((1d - FinalRatio) * remaining)));
    }

    /// <summary>cos(pi x) for x in [0, 1] from exactly rounded operations: Math.Cos may differ in its last bit between platforms.</summary>
    internal static double CosineOfHalfTurns(double x)
    {
        if (x > 0.5)
        {
            return -CosineOfHalfTurns(1 - x);
        }

        // Taylor series on [0, pi/4], of the sine beyond it.
        var useSine = x > 0.25;
        var angle = Math.PI * (useSine ? 0.5 - x : x);
        var square = angle * angle;
        var term = useSine ? angle : 1d;
        var sum = term;
        for (var n = useSine ? 2 : 1; n < 18; n += 2)
        {
            term = -(term * square) / (n * (n + 1d));
            sum += term;
        }

        return sum;
    }
}
