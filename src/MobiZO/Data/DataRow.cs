namespace MobiZO.Data;

/// <summary>One row of a data file: named fields and, for conversations, messages.</summary>
public sealed class DataRow
{
    private readonly string?[] _values;

    /// <summary>Creates a row.</summary>
    /// <param name="file">Path of its file, for messages.</param>
    /// <param name="lineNumber">First line of the row, counted from 1.</param>
    /// <param name="columns">Column names; rows of a file share one list.</param>
    /// <param name="values">One value for each column; null where the file says null.</param>
    /// <param name="turns">The conversation, when the row holds one.</param>
    public DataRow(string file, int lineNumber, IReadOnlyList<string> columns, string?[] values, IReadOnlyList<ChatTurn>? turns = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, columns.Count, nameof(values));
        File = file;
        LineNumber = lineNumber;
        Columns = columns;
        Turns = turns;
        _values = values;
    }

    /// <summary>Path of the file the row came from.</summary>
    public string File { get; }

    /// <summary>First line of the row, counted from 1.</summary>
    public int LineNumber { get; }

    /// <summary>Column names in file order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The conversation, or null.</summary>
    public IReadOnlyList<ChatTurn>? Turns { get; }

    /// <summary>Whether the first line of the file gave the columns their names.</summary>
    internal bool IsNamedByFirstLine { get; init; }

    /// <summary>The value of a column.</summary>
    /// <exception cref="DataException">The row has no such column, or null in it.</exception>
    public string this[string column] => Find(column) ?? throw Missing(column);

    internal DataPlace Place => new(File, LineNumber);

    /// <summary>The value of a column, or null when there is no such column or no value in it.</summary>
    public string? Find(string column)
    {
        int index = IndexOf(column);
        return index < 0 ? null : _values[index];
    }

    /// <summary>The columns, for a message: <c>the columns 'text', 'label' (null)</c>.</summary>
    internal string DescribeColumns() => Columns.Count == 0
        ? "no columns"
        : "the columns " + string.Join(", ", Columns.Select((name, i) => DataException.Quote(name) + (_values[i] is null ? " (null)" : "")));

    /// <summary>What to do about columns that nobody knows: a first line of data taken for a header is the usual reason.</summary>
    internal string Advise(string advice) => IsNamedByFirstLine
        ? $"{advice} When the first line is already data, say that the file has no header (HasHeader = false) or name its columns (Columns)."
        : advice;

    private DataException Missing(string column) => IndexOf(column) >= 0
        ? new DataException(Place, $"null in the column {DataException.Quote(column)}", "a value", "Give the row a value there, or remove the row.")
        : new DataException(
            Place, DescribeColumns(), $"a column {DataException.Quote(column)}", Advise("Name the right column in the options or the template."));

    private int IndexOf(string column)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (string.Equals(Columns[i], column, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
