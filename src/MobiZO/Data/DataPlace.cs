using System.Globalization;

namespace MobiZO.Data;

/// <summary>A place in a data file.</summary>
/// <param name="File">Path as the caller gave it.</param>
/// <param name="Line">Line counted from 1, or null for the file as a whole.</param>
/// <param name="Column">Character in the line counted from 1, or null for the line as a whole.</param>
/// <param name="Row">Row counted from 1, in a file that has no lines (Parquet).</param>
public readonly record struct DataPlace(string File, int? Line = null, int? Column = null, int? Row = null)
{
    /// <summary>"file, line 3, column 7", or "file, row 3".</summary>
    public override string ToString()
    {
        string line = Line is int number ? string.Create(CultureInfo.InvariantCulture, $", line {number}") : "";
        string column = Column is int position ? string.Create(CultureInfo.InvariantCulture, $", column {position}") : "";
        string row = Row is int count ? string.Create(CultureInfo.InvariantCulture, $", row {count}") : "";
        return File + line + column + row;
    }
}
