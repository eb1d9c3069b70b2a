using System.Text;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Journal;

public sealed class RunJournalTests
{
    /// <summary>Steps of an estimator that has changed since are named, and not called broken.</summary>
    [Theory]
    [InlineData(4, "as guided steps had them that tried several distances along a direction")]
    [InlineData(0, "expected 1 numbers, one for each copy, found 0")]
    public void Guided_steps_from_before_are_told_what_changed(int losses, string expected)
    {
        using var run = new JournalRun();
        var header = run.Header with { Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Guided } };
        var entry = new JournalEntry
        {
            Step = 0,
            Losses = [.. Enumerable.Repeat(1f, losses)],
            ProjectedGradients = [0.5f],
            LearningRate = 0.1f,
            GradientSum = "0123456789abcdef",
        };
        File.WriteAllBytes(run.Path, [.. JournalFormat.Write(header), (byte)'\n', .. JournalFormat.Write(entry), (byte)'\n']);

        var error = Assert.Throws<JournalException>(() => RunJournal.Read(run.Path));

        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_reads_back_with_the_same_bits()
    {
        using var run = new JournalRun(
            new OptimizerOptions
            {
                Estimator = EstimatorKind.OneSidedNormalized,
                Queries = 3,
                Epsilon = 0.01f,
                LearningRate = 0.1f,
            }
        );
        float[] losses = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];
        float[] gradients = [-0f, float.MaxValue, 0.1f + 0.2f];
        using (var writer = JournalWriter.Create(run.Path, run.Header, stepsPerFlush: 2))
        {
            writer.Append(
                new JournalEntry
                {
                    Step = 0,
                    Losses = losses,
                    ProjectedGradients = [],
                    LearningRate = 1e-45f,
                    Skipped = true,
                }
            );
            writer.Append(
                new JournalEntry
                {
                    Step = 1,
                    Losses = losses,
                    ProjectedGradients = gradients,
                    LearningRate = 1f / 3,
                    Milliseconds = 0.1,
                    PeakMemoryBytes = long.MaxValue,
                }
            );
        }

        var journal = RunJournal.Read(run.Path);
        Assert.Empty(journal.Header.Differences(run.Header));
        Assert.Equal(run.Header.Seed, journal.Header.Seed);
        Assert.Equal(run.Header.Properties, journal.Header.Properties);
        Assert.Equal(2, journal.Entries.Count);
        Assert.True(journal.Entries[0].Skipped);
        Assert.Equal(Bits(losses), Bits(journal.Entries[0].Losses));
        Assert.Equal(Bits(gradients), Bits(journal.Entries[1].ProjectedGradients));
        Assert.Equal(Bits([1e-45f]), Bits([journal.Entries[0].LearningRate]));
        Assert.Equal(1f / 3, journal.Entries[1].LearningRate);
        Assert.Equal(0.1, journal.Entries[1].Milliseconds);
        Assert.Equal(long.MaxValue, journal.Entries[1].PeakMemoryBytes);
        Assert.False(journal.HasTornTail);
    }

    [Fact]
    public void Lines_have_the_documented_form()
    {
        using var run = new JournalRun();
        using (var writer = run.Create())
        {
            writer.Append(
                new JournalEntry
                {
                    Step = 0,
                    Losses = [1, 2, 3, 4, float.NaN, 6, 7, 8.5f],
                    ProjectedGradients = [],
                    LearningRate = 0.05f,
                    Milliseconds = 2,
                    PeakMemoryBytes = 3,
                    Skipped = true,
                    Evaluation = JournalRun.Evaluation(1),
                }
            );
        }

        var lines = File.ReadAllText(run.Path).Split('\n');
        Assert.StartsWith(
            """{"format":"mobizo-journal","version":1,"seed":18446744073709551611,"total_steps":12,"optimizer":{"estimator":"two-sided","queries":4,""",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.Equal(
            """{"step":0,"time":"2025-11-26T07:08:09.01Z","losses":[1,2,3,4,"NaN",6,7,8.5],"projected_gradients":[],"learning_rate":0.05,"milliseconds":2,"peak_memory_bytes":3,"skipped":true,"evaluation":{"time":"2025-11-26T07:08:09.01Z","accuracy":0.75,"correct":3,"rows":4,"choice_loss":0.30000000000000004,"token_loss":2.5,"best":true}}""",
            lines[1]
        );
        Assert.Equal("", lines[2]);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void A_journal_cut_anywhere_reads_up_to_its_last_whole_line_and_can_be_continued()
    {
        using var run = new JournalRun();
        run.TrainAndClose(12);
        var whole = File.ReadAllBytes(run.Path);
        var headerLength = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = headerLength; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(run.Path, whole[..length]);
            var journal = RunJournal.Read(run.Path);
            Assert.Equal(whole.Take(length).Count(value => value == '\n') - 1, journal.Entries.Count);
            Assert.Equal(whole[length - 1] != '\n', journal.HasTornTail);
        }

        File.WriteAllBytes(run.Path, whole[..^5]);
        using var again = new JournalRun();
        using (var writer = run.Resume(11))
        {
            var rebuilt = JournalReplay.Rebuild(RunJournal.Read(run.Path));
            again.Optimizer.Restore(11, rebuilt.B.Span, rebuilt.Moments.Span);
            again.Train(writer, 1);
        }

        Assert.Equal(whole, File.ReadAllBytes(run.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void A_journal_without_a_whole_header_is_refused(int length)
    {
        using var run = new JournalRun();
        run.TrainAndClose(1);
        File.WriteAllBytes(run.Path, File.ReadAllBytes(run.Path)[..length]);
        Assert.Contains(run.Path, Assert.Throws<JournalException>(() => RunJournal.Read(run.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"step\":1")]
    [InlineData("{\"step\":2,@}")]
    [InlineData("{\"step\":1,@,\"time\":\"yesterday\"}")]
    [InlineData("{\"step\":1,@,\"evaluation\":7}")]
    [InlineData("{\"step\":1,@,\"evaluation\":{}}")]
    [InlineData("{\"step\":1,@,\"evaluation\":{\"time\":\"2025-11-26T07:08:09Z\",\"accuracy\":\"good\"}}")]
    [InlineData("{\"step\":1,@,\"before\":&}")]
    [InlineData("{\"step\":1e40,@}")]
    [InlineData("{\"step\":\"1\",@}")]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2],\"projected_gradients\":[1,2,3,4],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":1,\"skipped\":false}"
    )]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2,3,4,5,6,7,1e99],\"projected_gradients\":[1,2,3,4],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":1,\"skipped\":false}"
    )]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2,3,4,5,6,7,\"\\ud800\"],\"projected_gradients\":[1,2,3,4],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":1,\"skipped\":false}"
    )]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2,3,4,5,6,7,8],\"projected_gradients\":[1,2,3,\"NaN\"],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":1,\"skipped\":false}"
    )]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2,3,4,5,6,7,8],\"projected_gradients\":[1,2,3,4],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":1,\"skipped\":true}"
    )]
    [InlineData(
        "{\"step\":1,^\"losses\":[1,2,3,4,5,6,7,8],\"projected_gradients\":[1,2,3,4],\"learning_rate\":1,\"milliseconds\":1,\"peak_memory_bytes\":-1,\"skipped\":false}"
    )]
    public void A_broken_line_in_the_middle_names_file_and_line(string broken)
    {
        using var run = new JournalRun();
        run.TrainAndClose(4);
        var lines = File.ReadAllLines(run.Path);
        const string Evaluation =
            """{"time":"2025-11-26T07:08:09Z","accuracy":1,"correct":1,"rows":1,"choice_loss":1,"token_loss":1,"best":true}""";
        broken = broken
            .Replace("^", "\"time\":\"2025-11-26T07:08:09Z\",", StringComparison.Ordinal)
            .Replace("&", Evaluation, StringComparison.Ordinal);
        lines[2] = broken.Replace("@", lines[2][(lines[2].IndexOf(',', StringComparison.Ordinal) + 1)..^1], StringComparison.Ordinal);
        File.WriteAllText(run.Path, string.Join('\n', lines) + "\n");
        var error = Assert.Throws<JournalException>(() => RunJournal.Read(run.Path));
        Assert.StartsWith($"{run.Path}, line 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<JournalException>(() => run.Resume(1));
    }

    [Theory]
    [InlineData("\"mobizo-journal\"", "\"another\"", "format")]
    [InlineData("\"version\":1", "\"version\":2", "version")]
    [InlineData("\"two-sided\"", "\"three-sided\"", "estimator")]
    [InlineData("\"queries\":4", "\"queries\":2147483647", "queries")]
    [InlineData("\"epsilon\":0.01", "\"epsilon\":-1", "epsilon")]
    [InlineData("\"out\":7", "\"out\":0", "out")]
    [InlineData("\"out\":7,\"r\":3", "\"out\":2147483647,\"r\":2147483647", "modules")]
    [InlineData("\"seed\":1", "\"seed\":-1", "seed")]
    [InlineData("\"scope\":\"all\"", "\"scope\":1", "scope")]
    public void A_header_of_another_kind_names_the_key(string old, string changed, string key)
    {
        using var run = new JournalRun();
        run.TrainAndClose(1);
        var text = File.ReadAllText(run.Path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(run.Path, text.Replace(old, changed, StringComparison.Ordinal));
        var error = Assert.Throws<JournalException>(() => RunJournal.Read(run.Path));
        Assert.StartsWith($"{run.Path}, line 1", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Bytes_flipped_at_random_places_never_end_in_anything_but_a_clear_error()
    {
        using var run = new JournalRun();
        run.TrainAndClose(3);
        var whole = File.ReadAllBytes(run.Path);
        for (var place = 0; place < whole.Length; place += 3)
        {
            foreach (var value in new byte[] { 0, (byte)'"', (byte)'9', (byte)'\n', 0xFF, (byte)'-' })
            {
                var damaged = (byte[])whole.Clone();
                damaged[place] = value;
                File.WriteAllBytes(run.Path, damaged);
                if (Record.Exception(() => RunJournal.Read(run.Path)) is { } error)
                {
                    Assert.IsType<JournalException>(error);
                }
            }
        }
    }

    [Fact]
    public void Only_the_same_run_can_be_continued()
    {
        using var run = new JournalRun();
        run.TrainAndClose(5);
        Assert.Equal(FineTuneFailure.Output, Assert.Throws<FineTuneException>(() => run.Create()).Failure);
        Assert.Throws<JournalException>(() => run.Resume(6));
        Assert.Throws<JournalException>(() => RunJournal.Read(System.IO.Path.Combine(run.Folder, "other.jsonl")));
        var error = Assert.Throws<JournalException>(() =>
            JournalWriter.Resume(
                RunJournal.Read(run.Path),
                run.Header with
                {
                    Seed = 1,
                    Optimizer = run.Header.Optimizer with { Epsilon = 0.5f },
                    Properties = new Dictionary<string, string>(),
                },
                5
            )
        );
        Assert.Contains("seed: 18446744073709551611 / 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("optimizer.epsilon: 0.01 / 0.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("properties.scope: \"all\" / absent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_out_of_turn_and_of_another_shape_are_not_written()
    {
        using var run = new JournalRun();
        using var writer = run.Create();
        var entry = new JournalEntry
        {
            Step = 0,
            Losses = new float[8],
            ProjectedGradients = new float[4],
            LearningRate = 1,
        };
        Assert.Throws<ArgumentException>(() => writer.Append(entry with { Step = 1 }));
        Assert.Throws<ArgumentException>(() => writer.Append(entry with { Losses = new float[7] }));
        Assert.Throws<ArgumentException>(() => writer.Append(entry with { ProjectedGradients = new float[3] }));
        Assert.Throws<ArgumentException>(() => writer.Append(entry with { LearningRate = float.NaN }));
        writer.Append(entry);
        Assert.Single(RunJournal.Read(run.Path).Entries);
    }

    [Fact]
    public void Evaluations_read_back_with_their_steps()
    {
        using var run = new JournalRun();
        JournalEvaluation[] written = [JournalRun.Evaluation(0, accuracy: null) with { TokenLoss = double.NaN }, JournalRun.Evaluation(2)];
        using (var writer = run.Create())
        {
            run.Train(writer, 3, written);
        }

        var journal = RunJournal.Read(run.Path);
        Assert.Equal(written, journal.Evaluations);
        Assert.Equal([true, false, false], journal.Entries.Select(entry => entry.Before is not null));
        Assert.Equal([false, true, false], journal.Entries.Select(entry => entry.Evaluation is not null));
        Assert.All(journal.Entries, entry => Assert.Equal(StoppedClock.Now, entry.Time));
        Assert.Equal(run.Optimizer.B.ToArray(), JournalReplay.Run(journal));
    }

    [Theory]
    [InlineData(3, "0 2")]
    [InlineData(2, "0 2")]
    [InlineData(1, "0")]
    [InlineData(0, "")]
    public void A_run_that_goes_on_keeps_the_evaluations_of_the_steps_it_keeps(int nextStep, string kept)
    {
        using var run = new JournalRun();
        using (var writer = run.Create())
        {
            run.Train(writer, 4, JournalRun.Evaluation(0), JournalRun.Evaluation(2), JournalRun.Evaluation(4));
        }

        run.Resume(nextStep).Dispose();

        Assert.Equal(kept, string.Join(' ', RunJournal.Read(run.Path).Evaluations.Select(point => point.Step)));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [InlineData(false, 3)]
    public void An_evaluation_that_belongs_elsewhere_is_refused(bool isBefore, long step)
    {
        using var run = new JournalRun();
        using var writer = run.Create();
        run.Train(writer, 1);
        var entry = new JournalEntry
        {
            Step = 1,
            Losses = new float[8],
            ProjectedGradients = new float[4],
            LearningRate = 1,
        };
        var evaluation = JournalRun.Evaluation(step);

        Assert.Throws<ArgumentException>(() =>
            writer.Append(isBefore ? entry with { Before = evaluation } : entry with { Evaluation = evaluation })
        );
        writer.Append(entry with { Evaluation = JournalRun.Evaluation(2) });
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused()
    {
        using var run = new JournalRun();
        run.TrainAndClose(1);
        File.WriteAllText(run.Path, File.ReadAllText(run.Path), Encoding.Latin1);
        Assert.Contains("UTF-8", Assert.Throws<JournalException>(() => RunJournal.Read(run.Path)).Message, StringComparison.Ordinal);
    }

    private static int[] Bits(IReadOnlyList<float> values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
