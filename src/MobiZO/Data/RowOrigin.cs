namespace MobiZO.Data;

/// <summary>What the rows of a file have in common and their messages must know.</summary>
internal sealed record RowOrigin
{
    /// <summary>Rows of a file that says all about itself, or of no file.</summary>
    public static RowOrigin Plain { get; } = new();

    /// <summary>A whole text, which is cut into windows before it is used.</summary>
    public static RowOrigin Document { get; } = new() { IsDocument = true };

    /// <summary>A part of a text that goes on.</summary>
    public static RowOrigin Window { get; } = new() { GoesOn = true };

    /// <summary>The end of a text, or all of it.</summary>
    public static RowOrigin LastWindow { get; } = new();

    /// <summary>Whether the first line of the file gave the columns their names.</summary>
    public bool IsNamedByFirstLine { get; init; }

    /// <summary>Whether rows are counted instead of lines: the file is not text.</summary>
    public bool CountsRows { get; init; }

    /// <summary>Whether the row is a whole text of any length.</summary>
    public bool IsDocument { get; init; }

    /// <summary>Whether the text goes on behind the row, so that nothing ends with it.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Columns that cannot be written as one text, with what they hold ("a list").</summary>
    public IReadOnlyDictionary<string, string> OtherColumns { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
