using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Constant_stays_at_the_peak() =>
        Assert.Equal([2f, 2f, 2f, 2f], Enumerable.Range(0, 4).Select(step => LearningRateSchedule.At(ScheduleKind.Constant, 2f, step, 3)));

    [Fact]
    public void Linear_reaches_zero_behind_the_last_step() =>
        Assert.Equal(
            [2f, 1.5f, 1f, 0.5f, 0f, 0f],
            Enumerable.Range(0, 6).Select(step => LearningRateSchedule.At(ScheduleKind.Linear, 2f, step, 4))
        );

    [Fact]
    public void Steps_that_no_run_has_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.At(ScheduleKind.Linear, 1, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.At(ScheduleKind.Linear, 1, 0, 0));
    }
}
