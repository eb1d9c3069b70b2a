using MobiZO.Journal;

namespace MobiZO.Tests.Journal;

public sealed class JournalFollowerTests
{
    [Fact]
    public void Lines_are_seen_as_they_are_appended()
    {
        using var run = new JournalRun();
        var follower = new JournalFollower(run.Path);
        Assert.Empty(follower.ReadNew());
        Assert.Null(follower.Header);

        using var writer = run.Create();
        Assert.Empty(follower.ReadNew());
        Assert.Empty(follower.Header!.Differences(run.Header));

        run.Train(writer, 1, JournalRun.Evaluation(0), JournalRun.Evaluation(1));
        Assert.Equal([0, 1], Assert.Single(follower.ReadNew()).Evaluations.Select(point => point.Step));
        Assert.Empty(follower.ReadNew());
        run.Train(writer, 2);
        Assert.Equal([1, 2], follower.ReadNew().Select(entry => entry.Step));
    }

    [Fact]
    public void A_line_that_is_being_written_is_left_for_later()
    {
        using var run = new JournalRun();
        run.TrainAndClose(3);
        var whole = File.ReadAllBytes(run.Path);
        var follower = new JournalFollower(run.Path);
        var seen = 0;
        for (var length = 0; length <= whole.Length; length += 13)
        {
            File.WriteAllBytes(run.Path, whole[..length]);
            seen += follower.ReadNew().Count;
            Assert.Equal(Math.Max(0, whole.Take(length).Count(value => value == '\n') - 1), seen);
        }

        // A killed run leaves a torn line behind; the run that goes on cuts it off and writes its own.
        File.WriteAllBytes(run.Path, whole[..^7]);
        seen += follower.ReadNew().Count;
        File.WriteAllBytes(run.Path, whole);
        Assert.Equal(3, seen + follower.ReadNew().Count);
    }

    [Fact]
    public void Another_journal_in_its_place_is_told()
    {
        using var run = new JournalRun();
        run.TrainAndClose(3);
        var follower = new JournalFollower(run.Path);
        follower.ReadNew();
        File.WriteAllBytes(run.Path, File.ReadAllBytes(run.Path)[..50]);
        Assert.Contains(run.Path, Assert.Throws<JournalException>(() => follower.ReadNew()).Message, StringComparison.Ordinal);
        File.Delete(run.Path);
        Assert.Throws<JournalException>(() => follower.ReadNew());
    }

    [Fact]
    public async Task Another_thread_follows_a_run_to_its_end()
    {
        using var run = new JournalRun();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var follower = new JournalFollower(run.Path);
        var following = Task.Run(
            async () =>
            {
                var steps = new List<long>();
                await foreach (var line in follower.FollowAsync(TimeSpan.FromMilliseconds(1), cancellation: stop.Token))
                {
                    steps.Add(line.Step);
                    if (steps.Count == 12)
                    {
                        break;
                    }
                }

                return steps;
            },
            stop.Token
        );
        run.TrainAndClose(12);
        Assert.Equal(Enumerable.Range(0, 12).Select(step => (long)step), await following);
    }
}
