namespace MobiZO.Optimization;

/// <summary>The learning rate of a step as a pure function of the step and the number of steps; the same bits on every machine.</summary>
internal static class LearningRateSchedule
{
    /// <summary>
    /// The learning rate of step <paramref name="step"/> (from 0) of <paramref name="totalSteps"/>. Linear: peak * (1 - step / totalSteps),
    /// so that no step is wasted on a rate of zero.
    /// </summary>
    public static float At(ScheduleKind kind, float peak, long step, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        return kind switch
        {
            ScheduleKind.Constant => peak,
            ScheduleKind.Linear => (float)(peak * (1 - Math.Min(1d, step / (double)totalSteps))),
            _ => throw new InvalidOperationException($"unknown schedule {kind}"),
        };
    }
}
