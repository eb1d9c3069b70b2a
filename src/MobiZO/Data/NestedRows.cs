using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// Rows inside a row: every element of a JSON array becomes a row of its own, with the other columns of the row around it. What the
/// elements hold gets names with dots, as nested objects of JSON Lines do.
/// </summary>
internal static class NestedRows
{
    /// <summary>The rows in a column; a row without the column is one row itself.</summary>
    /// <exception cref="DataException">The column holds something else than a JSON array.</exception>
    public static IEnumerable<DataRow> Expand(IEnumerable<DataRow> rows, string column)
    {
        string[] shared = [];
        foreach (DataRow row in rows)
        {
            if (row.Find(column) is not { } text)
            {
                yield return row;
                continue;
            }

            using JsonDocument array = Parse(row, column, text);
            foreach (JsonElement element in array.RootElement.EnumerateArray())
            {
                var cells = new List<KeyValuePair<string, string?>>();
                cells.AddRange(row.Columns.Where(name => name != column).Select(name => KeyValuePair.Create(name, row.Find(name))));
                try
                {
                    Add(cells, column, element);
                }
                catch (InvalidOperationException)
                {
                    throw JsonRows.HalfCharacter(row.Place);
                }

                string[] names = [.. cells.Select(cell => cell.Key)];
                if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
                {
                    throw new DataException(
                        row.Place,
                        $"a key twice in an element of the column {DataException.Quote(column)}",
                        "a different name for every key",
                        "Remove one of them."
                    );
                }

                shared = names.SequenceEqual(shared, StringComparer.Ordinal) ? shared : names;
                yield return new DataRow(row.File, row.LineNumber, shared, [.. cells.Select(cell => cell.Value)], row.Turns)
                {
                    Origin = row.Origin,
                };
            }
        }
    }

    private static void Add(List<KeyValuePair<string, string?>> cells, string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            cells.Add(KeyValuePair.Create(name, JsonRows.TextOf(element)));
            return;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            Add(cells, $"{name}.{property.Name}", property.Value);
        }
    }

    private static JsonDocument Parse(DataRow row, string column, string text)
    {
        try
        {
            JsonDocument parsed = JsonDocument.Parse(text);
            if (parsed.RootElement.ValueKind == JsonValueKind.Array)
            {
                return parsed;
            }

            parsed.Dispose();
        }
        catch (JsonException)
        {
            // Told below, with what is there.
        }

        throw new DataException(
            row.Place,
            $"{DataException.Quote(text)} in the column {DataException.Quote(column)}",
            "a JSON array of rows",
            "Name the column that holds rows (DataOptions.RowsIn), or leave it out."
        );
    }
}
