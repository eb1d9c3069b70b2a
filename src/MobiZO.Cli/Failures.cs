using MobiZO.Checkpoints;
using MobiZO.Cli.Options;
using MobiZO.Cli.QuickStart;
using MobiZO.Data;
using MobiZO.Generation;
using MobiZO.Journal;
using MobiZO.Programs;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Cli;

/// <summary>The one place where an exception becomes an exit code and a paragraph for the user.</summary>
internal static class Failures
{
    /// <summary>Set to 1: failures show where they came from.</summary>
    public const string DebugVariable = "MOBIZO_DEBUG";

    private const string CheckOutput = "Check the path, its permissions and the free space.";

    /// <summary>The exit code and the paragraph, in the words of the command line.</summary>
    public static (int ExitCode, string Message) Describe(Exception exception)
    {
        var (code, message) = Translate(exception);
        return (code, Paragraph.Of(message));
    }

    /// <summary>Writes the message, and the trace when it is asked for.</summary>
    public static int Report(Exception exception, TextWriter error)
    {
        var (code, message) = Describe(exception);
        error.WriteLine(code == ExitCodes.Stopped ? message : $"error: {message}");
        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            error.WriteLine(exception);
        }

        return code;
    }

    private static (int ExitCode, string Message) Translate(Exception exception) =>
        exception switch
        {
            CommandException command => (command.ExitCode, command.Message),
            OperationCanceledException => (ExitCodes.Stopped, "Stopped."),
            FineTuneException failure => (CodeOf(failure.Failure), Translated(failure)),
            QuickStartException => (ExitCodes.Input, exception.Message),

            // A journal that cannot be written is the output's trouble; one that is missing or damaged is bad input.
            // Settings in its messages are keys of a file, not options.
            JournalException { InnerException: { } cause } when IsOutput(cause) => (ExitCodes.Output, $"{exception.Message} {CheckOutput}"),
            JournalException => (ExitCodes.Input, exception.Message),
            CheckpointException or DataException or GenerationException or TokenizerException or ChatTemplateException => (
                ExitCodes.Input,
                Translated(exception)
            ),
            ProgramException { IsSetting: true } => (ExitCodes.Usage, Translated(exception)),
            ProgramException => (ExitCodes.Failed, Translated(exception)),
            FileNotFoundException or DirectoryNotFoundException => (ExitCodes.Input, exception.Message),
            IOException or UnauthorizedAccessException => (ExitCodes.Output, $"{exception.Message} {CheckOutput}"),
            OutOfMemoryException => (
                ExitCodes.Failed,
                "There is not enough memory. Try --low-memory, fewer --queries, a smaller --max-tokens-per-run or "
                    + "--gradient-memory-mb, or a smaller model."
            ),
            TypeInitializationException { InnerException: { } inner } => Translate(inner),
            DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => (
                ExitCodes.Failed,
                $"The engine's native library cannot be loaded: {FirstLine(exception.Message)} "
                    + "Install MobiZO for this platform again, or use --engine reference for tiny models."
            ),
            AggregateException { InnerExceptions: [var only] } => Translate(only),
            _ => (
                ExitCodes.Failed,
                $"Unexpected failure: {exception.GetType().Name}: {exception.Message} Set {DebugVariable}=1 to see where, and report it."
            ),
        };

    private static int CodeOf(FineTuneFailure failure) =>
        failure switch
        {
            FineTuneFailure.Settings => ExitCodes.Usage,
            FineTuneFailure.Input => ExitCodes.Input,
            FineTuneFailure.Output => ExitCodes.Output,
            _ => ExitCodes.Failed,
        };

    private static bool IsOutput(Exception cause) =>
        cause is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException);

    private static string Translated(Exception exception) => OptionNames.Translate(exception.Message);

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
