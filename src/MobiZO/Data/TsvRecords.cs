namespace MobiZO.Data;

/// <summary>Records of a tab-separated file: a line is a record, every other character is text. Empty lines are skipped.</summary>
internal static class TsvRecords
{
    public static IEnumerable<TableRecord> Read(LineReader lines)
    {
        while (lines.Read() is { } line)
        {
            if (line.Length > 0)
            {
                yield return new TableRecord(lines.LineNumber, line.Split('\t'));
            }
        }
    }
}
