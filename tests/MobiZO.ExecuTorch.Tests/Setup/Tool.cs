using System.Diagnostics;

namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>Runs the programs that the set-up needs.</summary>
internal static class Tool
{
    /// <summary>Whether PATH has a program.</summary>
    public static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a program to its end, and gives what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its words.</exception>
    public static string Run(string folder, string name, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"'{name} {string.Join(' ', start.ArgumentList)}' in {folder} failed with code {process.ExitCode}: {error}{output.Result}"
            );
        }

        return output.Result;
    }
}
