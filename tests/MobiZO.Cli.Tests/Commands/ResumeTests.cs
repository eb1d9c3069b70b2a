using System.Diagnostics;

namespace MobiZO.Cli.Tests.Commands;

public sealed class ResumeTests : IDisposable
{
    private const int Steps = 200;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task KilledRunsGiveTheBytesOfAnUninterruptedOne()
    {
        await RunWhole();

        // Three kills at steps drawn once and written down.
        int[] kills = [5, 17, 29];
        foreach (var (index, step) in kills.Index())
        {
            using var process = Cli.Start(
                index == 0 ? Arguments("killed") : ["train", "--resume", "--output", _workspace.PathOf("killed")]
            );
            await WaitForSteps("killed", step, process);
            process.Kill();
            await process.WaitForExitAsync();
            Assert.NotEqual(0, process.ExitCode);
            Assert.False(File.Exists(_workspace.Adapter("killed")), "the run ended before it was killed");
        }

        var result = await Cli.RunAsync("train", "--resume", "--output", _workspace.PathOf("killed"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Resumed at step", result.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(_workspace.Adapter("whole")), await File.ReadAllBytesAsync(_workspace.Adapter("killed")));
    }

    [UnixTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task ASignalLeavesARunThatCanBeResumed(string signal)
    {
        await RunWhole();
        using var process = Cli.Start(Arguments("stopped"));
        await WaitForSteps("stopped", 3, process);

        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 130, $"{process.ExitCode}\n{error}");
        Assert.Contains("Stopping", error, StringComparison.Ordinal);
        var output = await process.StandardOutput.ReadToEndAsync();
        Assert.Contains("resume with: mobizo train --resume --output", output, StringComparison.Ordinal);
        var result = await Cli.RunAsync("train", "--resume", "--output", _workspace.PathOf("stopped"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            await File.ReadAllBytesAsync(_workspace.Adapter("whole")),
            await File.ReadAllBytesAsync(_workspace.Adapter("stopped"))
        );
    }

    /// <summary>
    /// Two processes in one folder would write their lines over each other: the second is refused, whatever it wants, and a killed one
    /// leaves nothing in the way.
    /// </summary>
    [Fact]
    public async Task OneProcessOwnsARun()
    {
        using var first = Cli.Start(_workspace.Train("owned", "--steps", "100000"));
        await WaitForSteps("owned", 3, first);
        var folder = _workspace.PathOf("owned");
        using var second = Cli.Start("train", "--resume", "--output", folder);
        var refused = await Cli.EndOfAsync(second);
        Assert.Equal(ExitCodes.Output, refused.ExitCode);
        Assert.Contains($"'{folder}' is in use", refused.Error, StringComparison.Ordinal);
        var inThisProcess = await Cli.RunAsync("train", "--resume", "--output", folder);
        Assert.Equal(ExitCodes.Output, inThisProcess.ExitCode);
        Assert.False(first.HasExited, "the owner goes on");

        first.Kill();
        await first.WaitForExitAsync();
        using var next = Cli.Start("train", "--resume", "--output", folder);
        var steps = LinesOf(Path.Combine(folder, "journal.jsonl"));
        await WaitForSteps("owned", steps + 2, next);
        next.Kill();
        await next.WaitForExitAsync();
        Assert.Equal(0, (await Cli.RunAsync("replay", folder)).ExitCode);
    }

    private string[] Arguments(string run) => _workspace.Train(run, "--steps", $"{Steps}");

    private async Task RunWhole()
    {
        var whole = await Cli.RunAsync(Arguments("whole"));
        Assert.True(whole.ExitCode == 0, whole.Error);
    }

    private async Task WaitForSteps(string run, int steps, Process process)
    {
        var journal = Path.Combine(_workspace.PathOf(run), "journal.jsonl");
        var watch = Stopwatch.StartNew();
        while (!File.Exists(journal) || LinesOf(journal) < steps + 1)
        {
            Assert.False(process.HasExited, "the run ended too early");
            Assert.True(watch.Elapsed < s_limit, $"no step {steps} within {s_limit}");
            await Task.Delay(5);
        }
    }

    private static int LinesOf(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes.AsSpan(0, length).Count((byte)'\n');
    }
}
