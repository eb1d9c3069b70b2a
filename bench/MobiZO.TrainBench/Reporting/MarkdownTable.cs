namespace MobiZO.TrainBench.Reporting;

/// <summary>Writes a table as Markdown with aligned columns: readable in a log, and ready for a page.</summary>
internal static class MarkdownTable
{
    public static IEnumerable<string> Lines(ReportTable table)
    {
        var widths = table
            .Columns.Select((column, index) => table.Rows.Select(row => Escape(row[index]).Length).Append(Escape(column).Length).Max())
            .ToArray();
        string Line(IEnumerable<string> cells) =>
            "| " + string.Join(" | ", cells.Select((cell, index) => Escape(cell).PadRight(widths[index]))) + " |";
        yield return table.Title;
        yield return "";
        yield return Line(table.Columns);
        yield return "|" + string.Join("|", widths.Select(width => new string('-', width + 2))) + "|";
        foreach (var row in table.Rows)
        {
            yield return Line(row);
        }
    }

    private static string Escape(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal);
}
