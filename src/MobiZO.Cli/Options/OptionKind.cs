namespace MobiZO.Cli.Options;

/// <summary>How a kind of value is written, on the command line and in a run file.</summary>
/// <param name="Name">Placeholder in the help, e.g. <c>n</c>.</param>
/// <param name="Expected">What is expected, for errors: "a whole number".</param>
/// <param name="Parse">Reads it from the command line; throws <see cref="FormatException"/> when it is none of this kind.</param>
internal sealed record OptionKind(string Name, string Expected, Func<string, object> Parse)
{
    /// <summary>Reads it from a run file; null: a single value, read as on the command line.</summary>
    public Func<WrittenValue, object>? ParseWritten { get; init; }

    /// <summary>Whether it names a file or folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>The names to choose from; empty when it is no choice.</summary>
    public IReadOnlyList<(string Name, object Value)> Names { get; init; } = [];

    /// <summary>Reads it from a run file.</summary>
    /// <exception cref="FormatException">It is none of this kind; the message says what was expected.</exception>
    public object Read(WrittenValue written)
    {
        try
        {
            return ParseWritten is { } parse ? parse(written) : Parse(written.SingleText);
        }
        catch (FormatException error)
        {
            throw new FormatException(Expected, error);
        }
    }
}
