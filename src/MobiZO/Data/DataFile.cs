namespace MobiZO.Data;

/// <summary>
/// Reads local files of rows: JSON Lines, CSV, TSV and Parquet. Text is UTF-8, with or without a byte order mark, or UTF-16 with one; LF,
/// CRLF or a CR alone ends a line.
/// </summary>
public static class DataFile
{
    /// <summary>Reads all rows of a file; which of them are used is decided when they are known.</summary>
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
        if (stream is { CanSeek: true, Length: 0 })
        {
            throw new DataException(new DataPlace(path), "an empty file", "rows of data", "Check the path, or write the file again.");
        }

        DataRow[] read =
            format == DataFormat.Parquet ? [.. ParquetRows.Open(path, stream, options).Read()] : ReadText(path, stream, format, options);
        DataRow[] rows = [.. RowFields.Apply(read, options)];
        return rows.Length > 0 ? rows : throw NoRows(path, format);
    }

    private static DataRow[] ReadText(string path, FileStream stream, DataFormat format, DataOptions options)
    {
        using var records = new RecordReader(path, stream, format);
        IEnumerable<DataRow> rows = format switch
        {
            DataFormat.JsonLines => new JsonLinesReader(records, options.MessagesColumn).Read(),
            DataFormat.Csv => TableReader.Read(records, options, "commas and quotes"),
            _ => TableReader.Read(records, options, "tabs"),
        };
        return [.. rows];
    }

    private static DataException NoRows(string path, DataFormat format)
    {
        string advice = format switch
        {
            DataFormat.JsonLines => "Add rows, one JSON object a line.",
            DataFormat.Parquet => "Write the file with rows.",
            _ => "Add rows below the header, or say that the file has no header (HasHeader = false).",
        };
        return new DataException(new DataPlace(path), "no rows", "at least one row of data", advice);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string found = error is FileNotFoundException or DirectoryNotFoundException
                ? "no such file"
                : $"a file that cannot be opened ({error.Message})";
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
            ".PARQUET" => DataFormat.Parquet,
            _ => throw new DataException(
                new DataPlace(path),
                $"the extension {DataException.Quote(Path.GetExtension(path))}",
                ".jsonl, .csv, .tsv or .parquet",
                "Name the format in the options (DataOptions.Format = JsonLines, Csv, Tsv or Parquet), or rename the file."
            ),
        };
    }
}
