using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Journal;

public sealed class JournalReplayTests
{
    public static TheoryData<EstimatorMode, float, ScheduleKind> Settings()
    {
        var settings = new TheoryData<EstimatorMode, float, ScheduleKind>();
        foreach (var mode in Enum.GetValues<EstimatorMode>())
        {
            foreach (var schedule in Enum.GetValues<ScheduleKind>())
            {
                settings.Add(mode, 0f, schedule);
                settings.Add(mode, 0.9f, schedule);
            }
        }

        return settings;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_journal_alone_rebuilds_the_state_with_the_same_bits(EstimatorMode mode, float momentum, ScheduleKind schedule)
    {
        using var run = new JournalRun(new OptimizerOptions
        {
            Mode = mode,
            Queries = 3,
            LearningRate = 0.013f,
            Momentum = momentum,
            Clip = 5,
            Schedule = new LearningRateSchedule { Kind = schedule, WarmupSteps = 3, FinalRatio = 0.1f },
        });
        run.TrainAndClose(12);
        var journal = RunJournal.Read(run.Path);
        Assert.Equal(2, journal.Entries.Count(entry => entry.Skipped));
        Assert.Equal(Bits(run.Optimizer.B), Bits(JournalReplay.Run(journal)));
        Assert.Equal(Bits(run.Optimizer.Velocity), Bits(JournalReplay.Rebuild(journal).Velocity));
        Assert.NotEqual(Bits(run.Optimizer.B), Bits(JournalReplay.Run(journal, 11)));
    }

    [Fact]
    public void Chosen_noise_is_part_of_the_journal()
    {
        using var run = new JournalRun(new OptimizerOptions { Mode = EstimatorMode.TwoSided, Queries = 2, Noise = NoiseKind.Rademacher, LearningRate = 0.01f });
        run.TrainAndClose(6);
        Assert.Equal(Bits(run.Optimizer.B), Bits(JournalReplay.Run(RunJournal.Read(run.Path))));
    }

    [Fact]
    public void More_steps_than_recorded_are_refused()
    {
        using var run = new JournalRun();
        run.TrainAndClose(2);
        var journal = RunJournal.Read(run.Path);
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalReplay.Run(journal, 3));
        Assert.Equal(new float[run.Header.Layout.Total], JournalReplay.Run(journal, 0));
    }

    private static int[] Bits(ReadOnlyMemory<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
