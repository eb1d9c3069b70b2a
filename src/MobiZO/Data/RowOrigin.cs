namespace MobiZO.Data;

/// <summary>What the rows of a file have in common and their messages must know.</summary>
internal sealed record RowOrigin
{
    /// <summary>Rows of a file that says all about itself, or of no file.</summary>
    public static RowOrigin Plain { get; } = new();

    /// <summary>Whether the first line of the file gave the columns their names.</summary>
    public bool IsNamedByFirstLine { get; init; }

    /// <summary>Whether rows are counted instead of lines: the file is not text.</summary>
    public bool CountsRows { get; init; }

    /// <summary>Columns that cannot be written as one text, with what they hold ("a list").</summary>
    public IReadOnlyDictionary<string, string> OtherColumns { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
