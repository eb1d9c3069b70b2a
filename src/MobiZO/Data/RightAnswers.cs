using System.Text.Json;

namespace MobiZO.Data;

/// <summary>Further right answers of a row, beside the one that is learned.</summary>
internal static class RightAnswers
{
    /// <summary>Whether the options name a column of their own.</summary>
    public static bool IsNamed(DataOptions options) => options.CompletionsColumn != new DataOptions().CompletionsColumn;

    /// <summary>Refuses a named column that no row has: a slip of the pen would compare with fewer answers in silence.</summary>
    /// <param name="rows">All rows that are read.</param>
    /// <param name="options">What names the column.</param>
    /// <exception cref="DataException">No row has it.</exception>
    public static void RequireColumn(IReadOnlyList<DataRow> rows, DataOptions options)
    {
        var column = options.CompletionsColumn;
        if (
            IsNamed(options)
            && !rows.Any(row => row.Columns.Contains(column, StringComparer.Ordinal) || row.Origin.OtherColumns.ContainsKey(column))
        )
        {
            throw new DataException(
                rows[0].Place,
                rows[0].DescribeColumns(),
                $"a column {DataException.Quote(column)} of right answers",
                rows[0].Advise("Name the right one (DataOptions.CompletionsColumn), or leave it out.")
            );
        }
    }

    /// <summary>Reads them: a JSON array of texts, or of objects with a text; nothing where the row has no such column.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">Its column.</param>
    /// <exception cref="DataException">The column holds something else.</exception>
    public static IReadOnlyList<string> Of(DataRow row, string column)
    {
        if (row.Find(column) is not { } written || string.IsNullOrWhiteSpace(written))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(written);
            return [.. document.RootElement.EnumerateArray().Select(TextOf)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DataException(
                row.Place,
                $"{DataException.Quote(written)} in column {DataException.Quote(column)}",
                "a JSON array of right answers, each a text",
                "Correct the row, or name another column (DataOptions.CompletionsColumn)."
            );
        }
    }

    private static string TextOf(JsonElement item) =>
        (item.ValueKind == JsonValueKind.Object ? item.GetProperty("text") : item).GetString() ?? throw new JsonException();
}
