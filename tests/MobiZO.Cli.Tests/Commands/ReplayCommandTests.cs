namespace MobiZO.Cli.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("host")]
    [InlineData("engine")]
    public async Task ReplayGivesTheBytesOfTheRun(string update)
    {
        // The order of these modules in the model is not the order of their names.
        var run = await Cli.RunAsync(
            _workspace.Train("run", "--steps", "4", "--update", update, "--target-modules", "all-linear", "--layers", "top-2")
        );
        Assert.True(run.ExitCode == 0, run.Error);

        var result = await Cli.RunAsync("replay", _workspace.PathOf("run"), "--output", _workspace.PathOf("rebuilt"));

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("the same bits", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            await File.ReadAllBytesAsync(_workspace.Adapter("run")),
            await File.ReadAllBytesAsync(Path.Combine(_workspace.PathOf("rebuilt"), "adapter_model.safetensors"))
        );

        var bytes = await File.ReadAllBytesAsync(_workspace.Adapter("run"));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_workspace.Adapter("run"), bytes);
        var changed = await Cli.RunAsync("replay", _workspace.PathOf("run"));
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("other bits", changed.Output, StringComparison.Ordinal);
    }
}
