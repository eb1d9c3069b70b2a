using System.Reflection;
using MobiZO.Checkpoints;
using MobiZO.Cli.QuickStart;
using MobiZO.Data;
using MobiZO.Generation;
using MobiZO.Journal;
using MobiZO.Programs;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Cli.Tests;

/// <summary>Every kind of exception has an exit code and a message.</summary>
public sealed class FailureKindTests
{
    // A message that says both an option, by the library's name, and a kind.
    private const string Message = "Lower DataOptions.MaxRows.";
    private const string Translated = "Lower --max-rows.";
    private const string Native = "native library";

    private static readonly (Exception Exception, int Code, string Says)[] s_kinds =
    [
        (new CommandException(ExitCodes.Output, Message), 4, Message),
        (new OperationCanceledException(Message), 130, "Stopped."),
        (new TaskCanceledException(Message), 130, "Stopped."),
        (new FineTuneException(Message), 1, Translated),
        (new FineTuneException(Message, FineTuneFailure.Settings), 2, Translated),
        (new FineTuneException(Message, FineTuneFailure.Input), 3, Translated),
        (new FineTuneException(Message, FineTuneFailure.Output), 4, Translated),
        (new QuickStartException(Message), 3, Message),
        (new CheckpointException(Message), 3, Translated),
        (new DataException(Message), 3, Translated),
        (new GenerationException(Message), 3, Translated),
        (new TokenizerException(Message), 3, Translated),
        (new ChatTemplateException(Message), 3, Translated),
        (new JournalException(Message), 3, Message),
        (new JournalException(Message, new FileNotFoundException()), 3, Message),
        (new JournalException(Message, new DirectoryNotFoundException()), 3, Message),
        (new JournalException(Message, new FormatException()), 3, Message),
        (new JournalException(Message, new IOException("No space left on device")), 4, $"{Message} Check the path"),
        (new JournalException(Message, new UnauthorizedAccessException()), 4, $"{Message} Check the path"),
        (new ProgramException(Message), 1, Translated),
        (new FileNotFoundException(Message), 3, Message),
        (new DirectoryNotFoundException(Message), 3, Message),
        (new IOException(Message), 4, "the free space"),
        (new UnauthorizedAccessException(Message), 4, "its permissions"),
        (new OutOfMemoryException(Message), 1, "--low-memory"),
        (
            new DllNotFoundException($"libonnxruntime{Environment.NewLine}second line"),
            1,
            $"{Native} cannot be loaded: libonnxruntime Install"
        ),
        (new BadImageFormatException(Message), 1, Native),
        (new EntryPointNotFoundException(Message), 1, Native),
        (new TypeInitializationException("MobiZO.X", new DllNotFoundException(Message)), 1, Native),
        (new TypeInitializationException("MobiZO.X", new DataException(Message)), 3, Translated),
        (new AggregateException(new DataException(Message)), 3, Translated),
        (new AggregateException(new DataException(Message), new DataException(Message)), 1, "Unexpected failure: AggregateException"),
        (new InvalidOperationException(Message), 1, "Unexpected failure: InvalidOperationException: Lower"),
    ];

    public static TheoryData<int> Kinds { get; } = [.. Enumerable.Range(0, s_kinds.Length)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindHasACodeAndAMessage(int index)
    {
        var (exception, code, says) = s_kinds[index];

        var (found, message) = Failures.Describe(exception);

        Assert.True(code == found, $"{exception.GetType().Name}: expected exit code {code}, found {found}");
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    /// <summary>A new exception of the house needs a line above, and so a thought about its exit code.</summary>
    [Fact]
    public void EveryExceptionOfTheHouseIsAmongThem()
    {
        string[] projects = ["MobiZO.Text", "MobiZO.Checkpoints", "MobiZO.Programs", "MobiZO.OnnxRuntime", "MobiZO", "MobiZO.Cli"];
        var known = s_kinds.Select(kind => kind.Exception.GetType()).ToHashSet();

        var all = projects
            .SelectMany(project => Assembly.Load(project).GetTypes())
            .Where(type => type.IsSubclassOf(typeof(Exception)) && (type.IsPublic || type.Assembly == typeof(Failures).Assembly))
            .ToArray();

        Assert.InRange(all.Length, 8, 50);
        Assert.DoesNotContain(all, type => !known.Contains(type));
    }

    [Theory]
    [InlineData(false, "error: Lower --max-rows.")]
    [InlineData(true, "Stopped.")]
    public void TheReportIsOneParagraph(bool isStop, string expected)
    {
        using var error = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);

        var code = Failures.Report(isStop ? new OperationCanceledException() : new DataException(Message), error);

        Assert.Equal(isStop ? ExitCodes.Stopped : ExitCodes.Input, code);
        Assert.Equal(expected + Environment.NewLine, error.ToString());
    }
}
