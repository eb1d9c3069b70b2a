namespace MobiZO.Data;

/// <summary>
/// Reads local files of rows (JSON Lines, JSON arrays, CSV, TSV and Parquet), and plain texts and folders of them. Text is UTF-8, with
/// or without a byte order mark, or UTF-16 with one; LF, CRLF or a CR alone ends a line.
/// </summary>
public static class DataFile
{
    /// <summary>Reads all rows of a file; which of them are used is decided when they are known.</summary>
    /// <param name="path">Path of the file, or of a folder of texts.</param>
    /// <param name="options">Form of the file and its columns.</param>
    /// <returns>At least one row, in file order.</returns>
    /// <exception cref="DataException">The options are wrong, or the file is missing, empty or broken.</exception>
    public static IReadOnlyList<DataRow> Read(string path, DataOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        if (Directory.Exists(path))
        {
            return options.Format is null or DataFormat.Text
                ? TextDocuments.ReadFolder(path, options.TextColumn, Open)
                : throw new DataException(
                    new DataPlace(path),
                    "a folder",
                    $"a file of the format {options.Format}",
                    "Name a file; only plain texts are read by the folder."
                );
        }

        using FileStream stream = Open(path);
        DataFormat format = options.Format ?? FormatOf(path, stream, options);
        if (stream is { CanSeek: true, Length: 0 })
        {
            throw new DataException(new DataPlace(path), "an empty file", "rows of data", "Check the path, or write the file again.");
        }

        DataRow[] read = format switch
        {
            DataFormat.Parquet => [.. ParquetRows.Open(path, stream, options).Read()],
            DataFormat.Json => [.. JsonArrayReader.Read(path, stream, options.MessagesColumn)],
            DataFormat.Text => [.. TextDocuments.Read(path, stream, options.TextColumn)],
            _ => ReadText(path, stream, format, options),
        };
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
            DataFormat.Parquet or DataFormat.Json => "Write the file with rows.",
            DataFormat.Text => "Write the file with text.",
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

    private static DataFormat FormatOf(string path, FileStream stream, DataOptions options)
    {
        string extension = Path.GetExtension(path).ToUpperInvariant();
        return extension switch
        {
            ".JSON" when stream.CanSeek && JsonArrayReader.IsArray(stream) => DataFormat.Json,
            ".JSONL" or ".NDJSON" or ".JSON" => DataFormat.JsonLines,
            ".CSV" => DataFormat.Csv,
            ".TXT" when !IsTable(stream, options) => DataFormat.Text,
            ".TSV" or ".TAB" or ".TXT" => DataFormat.Tsv,
            ".PARQUET" => DataFormat.Parquet,
            _ => throw new DataException(
                new DataPlace(path),
                $"the extension {DataException.Quote(Path.GetExtension(path))}",
                ".jsonl, .json, .csv, .tsv, .parquet, .txt, or a folder of texts",
                "Name the format in the options (DataOptions.Format = JsonLines, Json, Csv, Tsv, Parquet or Text), or rename the file."
            ),
        };
    }

    /// <summary>Tables of tabs have the extension .txt too: the options say so, or a tab in the first line.</summary>
    private static bool IsTable(FileStream stream, DataOptions options)
    {
        if (
            options is not { Columns: null, HasHeader: true, Template: null, Choices: null, LabelWords: null }
            || options.Shape is not (null or RowShape.Text)
            || !stream.CanSeek
        )
        {
            return true;
        }

        string start = WholeText.BeginningOf(stream, 4096);
        int end = start.AsSpan().IndexOfAny('\n', '\r');
        return start.AsSpan(0, end < 0 ? start.Length : end).Contains('\t');
    }
}
