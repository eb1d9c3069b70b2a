using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Warm_up_rises_in_equal_parts_to_the_peak()
    {
        var schedule = new LearningRateSchedule { Kind = ScheduleKind.Constant, WarmupSteps = 4 };
        Assert.Equal([0.25f, 0.5f, 0.75f, 1f, 1f, 1f], Enumerable.Range(0, 6).Select(step => schedule.At(1f, step, 6)));
    }

    [Fact]
    public void Linear_falls_to_the_final_ratio_behind_the_last_step()
    {
        var schedule = new LearningRateSchedule { Kind = ScheduleKind.Linear, FinalRatio = 0.5f };
        Assert.Equal([2f, 1.75f, 1.5f, 1.25f, 1f, 1f], Enumerable.Range(0, 6).Select(step => schedule.At(2f, step, 4)));
    }

    [Fact]
    public void Cosine_falls_slowly_then_fast_then_slowly()
    {
        var schedule = new LearningRateSchedule { Kind = ScheduleKind.Cosine, WarmupSteps = 2 };
        Assert.Equal(1f, schedule.At(1f, 2, 10));
        Assert.Equal(0.5f, schedule.At(1f, 6, 10));
        Assert.Equal(0f, schedule.At(1f, 10, 10));
        Assert.Equal((1 + Math.Cos(Math.PI / 4)) / 2, schedule.At(1f, 4, 10), 6);
    }

    [Fact]
    public void Cosine_agrees_with_the_platform()
    {
        for (var index = 0; index <= 10_000; index++)
        {
            Assert.Equal(Math.Cos(Math.PI * index / 10_000), LearningRateSchedule.CosineOfHalfTurns(index / 10_000d), 1e-15);
        }
    }

    [Fact]
    public void Warm_up_longer_than_the_run_is_followed_by_the_final_rate()
    {
        var schedule = new LearningRateSchedule { Kind = ScheduleKind.Linear, WarmupSteps = 10, FinalRatio = 0.25f };
        Assert.Equal(0.5f, schedule.At(1f, 4, 5));
        Assert.Equal(0.25f, schedule.At(1f, 10, 5));
    }
}
