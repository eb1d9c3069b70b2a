using System.Diagnostics;
using System.Globalization;

namespace MobiZO.Cli.Tests;

/// <summary>Runs the command line, in this process or as one of its own.</summary>
internal static class Cli
{
    /// <summary>The bundled model beside the binary.</summary>
    public static string Nano { get; } = Path.Combine(AppContext.BaseDirectory, "models", "nano");

    public static async Task<CliResult> RunAsync(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandLine.RunAsync(args, output, error);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MobiZO.Cli.dll"));
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }
}
