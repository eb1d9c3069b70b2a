namespace MobiZO.Data;

/// <summary>One record of a CSV or TSV file.</summary>
/// <param name="LineNumber">Its first line, counted from 1.</param>
/// <param name="Fields">Its fields, unquoted.</param>
internal readonly record struct TableRecord(int LineNumber, string[] Fields);
