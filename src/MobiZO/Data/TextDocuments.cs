namespace MobiZO.Data;

/// <summary>Plain texts: each file is one document, a folder holds several.</summary>
internal static class TextDocuments
{
    private static readonly string[] s_extensions = [".txt", ".md"];

    /// <summary>The documents of a folder and the folders below it, by path.</summary>
    /// <exception cref="DataException">The folder has no text, or a file cannot be read.</exception>
    public static DataRow[] ReadFolder(string folder, string column, Func<string, FileStream> open)
    {
        string[] files =
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => s_extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];
        DataRow[] rows = [.. files.SelectMany(file => ReadFile(file, column, open))];
        return rows.Length > 0
            ? rows
            : throw new DataException(
                new DataPlace(folder),
                files.Length == 0 ? "a folder without texts" : "a folder of empty texts",
                "files that end in .txt or .md",
                "Name a file of rows, or a folder of texts."
            );
    }

    /// <summary>The document of a file; none when it is blank.</summary>
    public static IEnumerable<DataRow> Read(string path, Stream stream, string column)
    {
        string text = WholeText.Read(path, stream);
        return string.IsNullOrWhiteSpace(text) ? [] : [new DataRow(path, 1, [column], [text]) { Origin = RowOrigin.Document }];
    }

    private static DataRow[] ReadFile(string path, string column, Func<string, FileStream> open)
    {
        using FileStream stream = open(path);
        return [.. Read(path, stream, column)];
    }
}
