namespace MobiZO.Cli.Tests;

/// <summary>ONNX Runtime collects telemetry unless it is told not to.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [UnixFact]
    public async Task The_engine_leaves_nothing_in_the_home_folder()
    {
        var home = Directory.CreateDirectory(_workspace.PathOf("home")).FullName;
        var environment = new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["XDG_CACHE_HOME"] = null,
            ["ORT_DISABLE_TELEMETRY"] = null,
            ["DOTNET_CLI_HOME"] = null,
        };
        using var process = Cli.Start(environment, Workspace.Eval(_workspace.Data, [.. Workspace.Engine]));

        var result = await Cli.EndOfAsync(process);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("accuracy", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(home, "*", SearchOption.AllDirectories));
    }
}
