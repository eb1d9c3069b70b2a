using System.CommandLine;
using System.CommandLine.Invocation;
using MobiZO.Cli.Help;

namespace MobiZO.Cli;

/// <summary>Parses the arguments, runs a command and turns failures into exit codes.</summary>
internal static class CommandLine
{
    /// <summary>Runs with the console and the signals of the process.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        StandardStreams.Prepare();
        using var signals = new StopSignals(Console.Error);
        return await RunAsync(args, Console.Out, Console.Error, signals.Token);
    }

    /// <summary>Runs with given streams.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="output">For data.</param>
    /// <param name="error">For talk.</param>
    /// <param name="cancellation">Stops the command.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellation = default
    )
    {
        // No response files and no bundling: a template may start with '@', a label with '-'.
        var parsed = MobizoCommand
            .Create(args)
            .Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction or null)
        {
            return UsageError.Write(parsed, error);
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (Exception exception)
        {
            return Failures.Report(exception, error);
        }
    }
}
