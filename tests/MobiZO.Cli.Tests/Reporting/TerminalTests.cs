using System.Diagnostics;
using System.Globalization;

namespace MobiZO.Cli.Tests.Reporting;

/// <summary>A run in a pseudo-terminal, as a user sees it.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [UnixTheory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(132)]
    public async Task ARunLeavesItsReportAndNothingElse(int width)
    {
        var screen = new Screen(width);
        screen.Write(await Shown(width, _workspace.Train("run", "--steps", "12", "--eval-data", _workspace.Data, "--eval-every", "6")));

        var text = string.Join('\n', screen.Lines);
        Assert.DoesNotContain('│', text);
        Assert.DoesNotContain('╭', text);
        Assert.True(screen.IsCursorShown);
        Assert.Contains("run        completed after 12 of 12 steps", text, StringComparison.Ordinal);
        Assert.Contains("eval 12/12", text, StringComparison.Ordinal);
    }

    /// <summary>What the tool sends to a terminal of some width.</summary>
    private static async Task<string> Shown(int width, string[] args)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "MobiZO.Cli.dll"), .. args];
        var line = string.Join(' ', command.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        var shell = string.Create(CultureInfo.InvariantCulture, $"stty cols {width} rows 50; TERM=xterm-256color {line}");
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", shell, "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var shown = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, shown);
        return shown;
    }
}
