using System.Globalization;

namespace MobiZO.Data;

/// <summary>Rows of a CSV or TSV file: names the columns and checks that every record has each of them.</summary>
internal static class TableReader
{
    public static IEnumerable<DataRow> Read(LineReader lines, IEnumerable<TableRecord> records, DataOptions options, string separators)
    {
        string[]? columns = options.Columns is null ? null : [.. options.Columns];
        bool hasHeader = options.HasHeader && columns is null;
        foreach (TableRecord record in records)
        {
            if (columns is null && hasHeader)
            {
                columns = Header(lines, record);
                continue;
            }

            columns ??= [.. Enumerable.Range(1, record.Fields.Length).Select(number => string.Create(CultureInfo.InvariantCulture, $"column{number}"))];
            if (record.Fields.Length != columns.Length)
            {
                throw WrongFieldCount(lines.Path, record, columns, separators);
            }

            yield return new DataRow(lines.Path, record.LineNumber, columns, record.Fields);
        }
    }

    private static string[] Header(LineReader lines, TableRecord record)
    {
        string[] columns = [.. record.Fields.Select(name => name.Trim())];
        if (columns.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new DataException(
                new DataPlace(lines.Path, record.LineNumber),
                $"the column {DataException.Quote(twice.Key)} twice in the header",
                "a different name for every column",
                "Rename one of them; when the first line is already data, say that the file has no header (HasHeader = false).");
        }

        return columns;
    }

    private static DataException WrongFieldCount(string path, TableRecord record, string[] columns, string separators)
    {
        string amount = record.Fields.Length < columns.Length ? "too few" : "too many";
        return new DataException(
            new DataPlace(path, record.LineNumber),
            string.Create(CultureInfo.InvariantCulture, $"{record.Fields.Length} fields, {amount}"),
            string.Create(CultureInfo.InvariantCulture, $"{columns.Length} ({string.Join(", ", columns.Select(DataException.Quote))})"),
            $"Check the {separators} of this line and the format of the file.");
    }
}
