using System.Diagnostics;

namespace MobiZO.TrainBench.Measuring;

/// <summary>Runs a command of this program in a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>What the child wrote to standard output; its talk goes through.</summary>
    /// <param name="arguments">The command and its options.</param>
    /// <param name="input">Given on standard input.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="cancellation">Ends the child.</param>
    /// <exception cref="InvalidOperationException">The child failed; it has told why on standard error.</exception>
    public static async Task<string> RunAsync(
        IReadOnlyList<string> arguments,
        string input,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellation
    )
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        // Run as 'dotnet program.dll', the process is dotnet itself.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with code {process.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
