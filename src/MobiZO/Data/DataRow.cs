namespace MobiZO.Data;

/// <summary>One row of a data file: named fields and, for conversations, messages.</summary>
public sealed class DataRow
{
    private readonly string?[] _values;

    /// <summary>Creates a row.</summary>
    /// <param name="file">Path of its file, for messages.</param>
    /// <param name="lineNumber">First line of the row, counted from 1; in a Parquet file, the number of the row.</param>
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

    /// <summary>First line of the row, counted from 1; in a Parquet file, the number of the row.</summary>
    public int LineNumber { get; }

    /// <summary>Column names in file order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The conversation, or null.</summary>
    public IReadOnlyList<ChatTurn>? Turns { get; }

    /// <summary>What the rows of the file have in common.</summary>
    internal RowOrigin Origin { get; init; } = RowOrigin.Plain;

    /// <summary>The value of a column.</summary>
    /// <exception cref="DataException">
    /// The row has no such column, null in it, or what is no text: a list or struct of a Parquet file.
    /// </exception>
    public string this[string column] => Find(column) ?? throw Missing(column);

    internal DataPlace Place => Origin.CountsRows ? new DataPlace(File, Row: LineNumber) : new DataPlace(File, LineNumber);

    /// <summary>The value of a column, or null when there is no such column or no value in it.</summary>
    public string? Find(string column)
    {
        int index = IndexOf(column);
        return index < 0 ? null : _values[index];
    }

    /// <summary>The columns, for a message: <c>the columns 'text', 'label' (null)</c>.</summary>
    internal string DescribeColumns()
    {
        string[] columns =
        [
            .. Columns.Select((name, i) => DataException.Quote(name) + (_values[i] is null ? " (null)" : "")),
            .. Origin.OtherColumns.Select(column => $"{DataException.Quote(column.Key)} ({column.Value})"),
        ];
        return columns.Length == 0 ? "no columns" : "the columns " + string.Join(", ", columns);
    }

    /// <summary>What to do about columns that nobody knows: a first line of data taken for a header is the usual reason.</summary>
    internal string Advise(string advice) =>
        Origin.IsNamedByFirstLine
            ? $"{advice} When the first line is already data, say that the file has no header (HasHeader = false) "
                + "or name its columns (DataOptions.Columns)."
            : advice;

    private DataException Missing(string column)
    {
        string quoted = DataException.Quote(column);
        if (IndexOf(column) >= 0)
        {
            return new DataException(Place, $"null in the column {quoted}", "a value", "Give the row a value there, or remove the row.");
        }

        return Origin.OtherColumns.GetValueOrDefault(column.Split('.')[0]) is { } kind
            ? new DataException(
                Place,
                $"the column {DataException.Quote(column.Split('.')[0])} with {kind}",
                "strings, numbers or true and false",
                "Write what you need of it to a column of strings, or the rows as JSON Lines."
            )
            : new DataException(
                Place,
                DescribeColumns(),
                $"a column {quoted}",
                Advise("Name the right column in the options or the template.")
            );
    }

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
