namespace MobiZO.Data;

/// <summary>Writes the fields of <see cref="DataOptions.Fields"/> into rows.</summary>
internal sealed class RowFields
{
    private readonly FieldPattern[] _patterns;
    private (IReadOnlyList<string> From, string[] To) _columns = ([], []);

    private RowFields(FieldPattern[] patterns) => _patterns = patterns;

    /// <summary>The rows with the nested rows and fields that the options ask for.</summary>
    /// <exception cref="DataException">A row lacks a column, or a value cannot be read.</exception>
    public static IEnumerable<DataRow> Apply(IEnumerable<DataRow> rows, DataOptions options)
    {
        IEnumerable<DataRow> all = (options.RowsIn ?? []).Aggregate(rows, NestedRows.Expand);
        if (options.Fields is not { Count: > 0 } fields)
        {
            return all;
        }

        var written = new RowFields([.. fields.Select(FieldPattern.Parse)]);
        return all.Select(written.Write);
    }

    private DataRow Write(DataRow row)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (FieldPattern pattern in _patterns)
        {
            string? value = pattern.Write(
                column => values.GetValueOrDefault(column) ?? row.Find(column),
                row.Place,
                out IReadOnlyList<string> missing
            );

            // A program that asks about a row of its own may give the field itself.
            values[pattern.Name] = value ?? row.Find(pattern.Name) ?? throw Missing(row, pattern.Name, missing);
        }

        string[] columns = ColumnsOf(row);
        return new DataRow(
            row.File,
            row.LineNumber,
            columns,
            [.. columns.Select(name => values.GetValueOrDefault(name) ?? row.Find(name))],
            row.Turns
        )
        {
            Origin = row.Origin,
        };
    }

    /// <summary>Rows of one file nearly always share their columns: one list for all of them.</summary>
    private string[] ColumnsOf(DataRow row)
    {
        if (!ReferenceEquals(_columns.From, row.Columns))
        {
            _columns = (row.Columns, [.. row.Columns.Union(_patterns.Select(pattern => pattern.Name), StringComparer.Ordinal)]);
        }

        return _columns.To;
    }

    private static DataException Missing(DataRow row, string field, IReadOnlyList<string> columns) =>
        new(
            row.Place,
            row.DescribeColumns(),
            $"a value in the column {string.Join(" or ", columns.Select(DataException.Quote))}, for the field {DataException.Quote(field)}",
            row.Advise("Correct the row, or the pattern of the field (DataOptions.Fields).")
        );
}
