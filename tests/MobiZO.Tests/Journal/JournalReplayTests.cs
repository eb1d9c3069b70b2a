using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Journal;

public sealed class JournalReplayTests
{
    public static TheoryData<EstimatorKind, float, ScheduleKind> Settings()
    {
        var settings = new TheoryData<EstimatorKind, float, ScheduleKind>();
        foreach (var estimator in Enum.GetValues<EstimatorKind>().Where(kind => kind.IsRandom()))
        {
            foreach (var schedule in Enum.GetValues<ScheduleKind>())
            {
                settings.Add(estimator, 0f, schedule);
                settings.Add(estimator, 0.9f, schedule);
            }
        }

        return settings;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_journal_alone_rebuilds_the_state_with_the_same_bits(EstimatorKind estimator, float momentum, ScheduleKind schedule)
    {
        using var run = new JournalRun(
            new OptimizerOptions
            {
                Estimator = estimator,
                Queries = 3,
                LearningRate = 0.013f,
                Momentum = momentum,
                Schedule = schedule,
            }
        );
        run.TrainAndClose(12);
        var journal = RunJournal.Read(run.Path);
        Assert.Equal(2, journal.Entries.Count(entry => entry.Skipped));
        Assert.Equal(Bits(run.Optimizer.B), Bits(JournalReplay.Run(journal)));
        Assert.Equal(Bits(run.Optimizer.Moments), Bits(JournalReplay.Rebuild(journal).Moments));
        Assert.NotEqual(Bits(run.Optimizer.B), Bits(JournalReplay.Run(journal, 11)));
    }

    [Fact]
    public void Chosen_noise_is_part_of_the_journal()
    {
        using var run = new JournalRun(
            new OptimizerOptions
            {
                Estimator = EstimatorKind.TwoSided,
                Queries = 2,
                Noise = NoiseKind.Rademacher,
                LearningRate = 0.01f,
            }
        );
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
