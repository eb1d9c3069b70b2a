using System.Diagnostics;

namespace MobiZO.Fuzz.Tests;

/// <summary>The command line as a process of its own.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The bundled model beside the binary.</summary>
    public static string Nano { get; } = Path.Combine(AppContext.BaseDirectory, "models", "nano");

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code and everything that was written.</returns>
    public static (int Code, string Text) Run(params string[] args) => Run(null, args)!.Value;

    /// <summary>Runs to the end, or kills the process after a time.</summary>
    /// <returns>The exit code and everything that was written; null when it was killed.</returns>
    public static (int Code, string Text)? Run(TimeSpan? killedAfter, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MobiZO.Cli.dll"), .. args])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(killedAfter ?? s_patience))
        {
            // SIGKILL: nothing of the process runs any more.
            process.Kill();
            process.WaitForExit();
            return killedAfter is null ? throw new TimeoutException($"{string.Join(' ', args)}: {error.Result}") : null;
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}
