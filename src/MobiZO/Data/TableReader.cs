using System.Globalization;

namespace MobiZO.Data;

/// <summary>Rows of a CSV or TSV file: names the columns and checks that every record has each of them.</summary>
internal static class TableReader
{
    public static IEnumerable<DataRow> Read(RecordReader records, DataOptions options, string separators)
    {
        string[]? columns = options.Columns is null ? null : [.. options.Columns];
        bool hasHeader = options.HasHeader && columns is null;
        var origin = new RowOrigin { IsNamedByFirstLine = hasHeader };
        while (records.Read())
        {
            string[] fields = records.Fields();
            if (columns is null && hasHeader)
            {
                columns = Header(records.Place, fields);
                continue;
            }

            columns ??= NumberedColumns(fields.Length);
            if (fields.Length != columns.Length)
            {
                throw WrongFieldCount(records.Place, fields.Length, columns, separators);
            }

            yield return new DataRow(records.Path, records.LineNumber, columns, fields) { Origin = origin };
        }
    }

    private static string[] NumberedColumns(int count) =>
        [.. Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"column{number}"))];

    private static string[] Header(DataPlace place, string[] fields)
    {
        string[] columns = [.. fields.Select(name => name.Trim())];
        if (columns.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new DataException(
                place,
                $"the column {DataException.Quote(twice.Key)} twice in the header",
                "a different name for every column",
                "Rename one of them; when the first line is already data, say that the file has no header (HasHeader = false)."
            );
        }

        return columns;
    }

    private static DataException WrongFieldCount(DataPlace place, int count, string[] columns, string separators)
    {
        string amount = count < columns.Length ? "too few" : "too many";
        string names = string.Join(", ", columns.Select(DataException.Quote));
        return new DataException(
            place,
            string.Create(CultureInfo.InvariantCulture, $"{count} fields, {amount}"),
            string.Create(CultureInfo.InvariantCulture, $"{columns.Length} ({names})"),
            $"Check the {separators} of this line and the format of the file."
        );
    }
}
