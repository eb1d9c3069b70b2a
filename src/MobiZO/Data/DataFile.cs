namespace MobiZO.Data;

/// <summary>Reads local files of rows: UTF-8 with or without a byte order mark, lines ended by LF or CRLF.</summary>
public static class DataFile
{
    /// <summary>
    /// Reads the rows of a file. With <see cref="DataOptions.MaxRows"/> and without <see cref="DataOptions.Balanced"/> reading stops at that many rows.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">Form of the file and its columns.</param>
    /// <returns>At least one row, in file order.</returns>
    /// <exception cref="DataException">The options are wrong, or the file is missing, empty or broken.</exception>
    public static IReadOnlyList<DataRow> Read(string path, DataOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        DataFormat format = options.Format ?? FormatOf(path);
        using FileStream stream = Open(path);
        using var lines = new LineReader(path, stream);
        IEnumerable<DataRow> rows = format switch
        {
            DataFormat.JsonLines => new JsonLinesReader(lines, options.MessagesColumn).Read(),
            DataFormat.Csv => TableReader.Read(lines, new CsvRecords(lines).Read(), options, "commas and quotes"),
            _ => TableReader.Read(lines, TsvRecords.Read(lines), options, "tabs"),
        };

        DataRow[] read = [.. options is { MaxRows: int limit, Balanced: false } ? rows.Take(limit) : rows];
        if (read.Length > 0)
        {
            return read;
        }

        throw lines.LineNumber == 0
            ? new DataException(new DataPlace(path), "an empty file", "rows of data", "Check the path, or write the file again.")
            : new DataException(
                new DataPlace(path), "no rows", "at least one row of data", "Add rows below the header, or say that the file has no header (HasHeader = false).");
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string found = error is FileNotFoundException or DirectoryNotFoundException ? "no such file" : $"a file that cannot be opened ({error.Message})";
            throw new DataException(new DataPlace(path), found, "a readable file", "Check the path and its permissions.");
        }
    }

    private static DataFormat FormatOf(string path)
    {
        string extension = Path.GetExtension(path).ToUpperInvariant();
        return extension switch
        {
            ".JSONL" or ".NDJSON" or ".JSON" => DataFormat.JsonLines,
            ".CSV" => DataFormat.Csv,
            ".TSV" or ".TAB" or ".TXT" => DataFormat.Tsv,
            _ => throw new DataException(
                new DataPlace(path),
                $"the extension {DataException.Quote(Path.GetExtension(path))}",
                ".jsonl, .csv or .tsv",
                "Name the format in the options (Format = JsonLines, Csv or Tsv), or rename the file."),
        };
    }
}
