using MobiZO.Runs;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Within one process; with several processes: the tests of the command line.</summary>
public sealed class RunLockTests
{
    [Fact]
    public async Task A_second_run_in_a_folder_is_refused_before_anything_is_replaced()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(2);
        var before = Directory.GetFiles(run.At("run")).ToDictionary(file => file, File.ReadAllBytes);
        using (RunLock.Take(run.At("run")))
        {
            var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => options with { Resume = true }));
            Assert.Equal(FineTuneFailure.Output, error.Failure);
            Assert.Contains($"'{run.At("run")}' is in use", error.Message, StringComparison.Ordinal);
        }

        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.Equal(RunEnd.Completed, (await run.TrainAsync(options => options with { Resume = true })).End);
    }

    [Fact]
    public async Task A_new_run_is_refused_while_another_prepares_itself()
    {
        using var run = new TinyRun();
        using (RunLock.Take(run.At("run")))
        {
            Assert.Equal(FineTuneFailure.Output, (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync())).Failure);
        }

        Assert.False(Directory.Exists(run.At("run")));
    }

    [Fact]
    public async Task A_run_that_cannot_start_leaves_no_folder()
    {
        using var run = new TinyRun();
        await Assert.ThrowsAnyAsync<Exception>(() => run.TrainAsync(options => options with { TrainData = run.At("absent.jsonl") }));
        Assert.False(Directory.Exists(run.At("run")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        using var run = new TinyRun();
        run.Write("file", "not a folder");
        var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => options with { Output = run.At("file") }));
        Assert.Equal(FineTuneFailure.Output, error.Failure);
        Assert.Contains($"'{run.At("file")}' cannot be written", error.Message, StringComparison.Ordinal);
    }
}
