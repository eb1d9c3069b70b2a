using MobiZO.Text.Tokenizers;

namespace MobiZO.Data;

/// <summary>
/// Cuts documents into windows that fit an example. A window ends with a line where one ends in its second half, else between words; it
/// begins where the one before it ends.
/// </summary>
internal static class DocumentWindows
{
    // The window is encoded by itself later: special tokens come first, and tokens at its borders may differ.
    private const int Margin = 4;

    /// <summary>The rows with every document replaced by its windows; other rows stay.</summary>
    /// <param name="rows">The rows of a file or folder.</param>
    /// <param name="column">Column of the text.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Longest example in tokens.</param>
    public static IReadOnlyList<DataRow> Of(IReadOnlyList<DataRow> rows, string column, ITokenizer tokenizer, int maxLength) =>
        rows.Any(row => row.Origin.IsDocument)
            ? [.. rows.SelectMany(row => row.Origin.IsDocument ? Cut(row, column, tokenizer, maxLength) : [row])]
            : rows;

    private static IEnumerable<DataRow> Cut(DataRow row, string column, ITokenizer tokenizer, int maxLength)
    {
        string text = row[column].TrimEnd();
        (int Start, int End)[] offsets = tokenizer.Encode(text, addSpecialTokens: false).Offsets;
        int budget = Math.Max(1, maxLength - Margin);
        var (line, token) = (1, 0);
        for (int start = 0; start < text.Length; )
        {
            while (token < offsets.Length && offsets[token].Start < start)
            {
                token++;
            }

            int end =
                token + budget >= offsets.Length ? text.Length : Math.Max(start + 1, Border(text, start, offsets[token + budget - 1].End));
            if (!text.AsSpan(start, end - start).IsWhiteSpace())
            {
                string?[] values = [.. row.Columns.Select(name => name == column ? text[start..end] : row.Find(name))];
                yield return new DataRow(row.File, line, row.Columns, values)
                {
                    Origin = end < text.Length ? RowOrigin.Window : RowOrigin.LastWindow,
                };
            }

            line += text.AsSpan(start, end - start).Count('\n');
            start = end;
        }
    }

    private static int Border(string text, int start, int end)
    {
        int half = start + ((end - start) / 2);
        if (text.LastIndexOf('\n', end - 1, end - half) is >= 0 and var line)
        {
            return line + 1;
        }

        if (text.LastIndexOf(' ', end - 1, end - half) is >= 0 and var space)
        {
            return space;
        }

        return char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }
}
