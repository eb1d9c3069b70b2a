namespace MobiZO.Data;

/// <summary>Writes the fields of <see cref="DataOptions.Fields"/> into rows.</summary>
internal sealed class RowFields
{
    private readonly FieldPattern[] _patterns;
    private (IReadOnlyList<string> From, string[] To) _columns = ([], []);

    private readonly bool _areGiven;

    private RowFields(FieldPattern[] patterns, bool areGiven) => (_patterns, _areGiven) = (patterns, areGiven);

    /// <summary>The rows with the nested rows and fields that the options ask for.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="options">What they ask for.</param>
    /// <param name="areGiven">
    /// Whether a row may hold a field itself instead of its columns, as a program that asks about a row of its own does. A column of a file
    /// that has the name of a field by chance is no value of it.
    /// </param>
    /// <exception cref="DataException">A row lacks a column, or a value cannot be read.</exception>
    public static IEnumerable<DataRow> Apply(IEnumerable<DataRow> rows, DataOptions options, bool areGiven = false)
    {
        IEnumerable<DataRow> all = (options.RowsIn ?? []).Aggregate(rows, NestedRows.Expand);
        if (options.Fields is not { Count: > 0 } fields)
        {
            return all;
        }

        var written = new RowFields([.. fields.Select(FieldPattern.Parse)], areGiven);
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

            values[pattern.Name] = value ?? (_areGiven ? row.Find(pattern.Name) : null) ?? throw Missing(row, pattern.Name, missing);
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
            row.Advise(
                row.Find(field) is null
                    ? "Correct the row, or the pattern of the field (DataOptions.Fields)."
                    : $"If the column {DataException.Quote(field)} is meant, name it in the pattern of the field (DataOptions.Fields), "
                        + $"as in '{{{string.Join('|', columns)}|{field}}}'; else correct the row, or the pattern."
            )
        );
}
