namespace MobiZO.Data;

/// <summary>One row of a data file: named fields and, for conversations, messages.</summary>
public sealed class DataRow
{
    private readonly string[] _values;

    /// <summary>Creates a row.</summary>
    /// <param name="file">Path of its file, for messages.</param>
    /// <param name="lineNumber">First line of the row, counted from 1.</param>
    /// <param name="columns">Column names; rows of a file share one list.</param>
    /// <param name="values">One value for each column.</param>
    /// <param name="turns">The conversation, when the row holds one.</param>
    public DataRow(string file, int lineNumber, IReadOnlyList<string> columns, string[] values, IReadOnlyList<ChatTurn>? turns = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, columns.Count);
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

    /// <summary>The value of a column.</summary>
    /// <exception cref="DataException">The row has no such column.</exception>
    public string this[string column] => Find(column) ?? throw new DataException(
        Place,
        Columns.Count == 0 ? "no columns" : $"the columns {string.Join(", ", Columns.Select(DataException.Quote))}",
        $"a column {DataException.Quote(column)}",
        $"Name the right column in the options or the template. {NoHeaderAdvice}");

    /// <summary>A first line of data taken for a header is the usual reason for columns that nobody knows.</summary>
    internal const string NoHeaderAdvice = "When the first line is already data, say that the file has no header (HasHeader = false) or name its columns (Columns).";

    internal DataPlace Place => new(File, LineNumber);

    /// <summary>The value of a column, or null when there is no such column.</summary>
    public string? Find(string column)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (string.Equals(Columns[i], column, StringComparison.Ordinal))
            {
                return _values[i];
            }
        }

        return null;
    }
}
