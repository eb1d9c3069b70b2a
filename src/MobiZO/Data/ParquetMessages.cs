using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace MobiZO.Data;

/// <summary>
/// The conversations of a Parquet file: a list of structs with <c>role</c> and <c>content</c>, or with <c>from</c> and <c>value</c> in a
/// column named <c>conversations</c>.
/// </summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Speaker">Who speaks.</param>
/// <param name="Text">What is said.</param>
/// <param name="IsShareGpt">Whether the names of speakers are those of ShareGPT.</param>
internal sealed record ParquetMessages(string Name, DataField Speaker, DataField Text, bool IsShareGpt)
{
    /// <summary>Whether a row may have no conversation at all, beside one without messages.</summary>
    public bool CanBeNull { get; init; }

    /// <summary>What messages say of the tools that they call; empty: the file has no such field.</summary>
    public IReadOnlyList<DataField> ToolCalls { get; init; } = [];

    /// <summary>The tools of conversations, where a column that is not one text a row holds them; empty: none does.</summary>
    public IReadOnlyList<DataField> Tools { get; init; } = [];

    /// <summary>Everything that is read of a conversation.</summary>
    public IEnumerable<DataField> Fields => [Speaker, Text, .. ToolCalls, .. Tools];

    /// <summary>The conversations of a file; null: it has none.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="messagesColumn">The column of messages.</param>
    public static ParquetMessages? In(ParquetSchema schema, string messagesColumn) =>
        new[] { messagesColumn, ChatMessages.ShareGptColumn }
            .Select(name => schema.Fields.FirstOrDefault(field => field.Name == name))
            .OfType<ListField>()
            .Select(list => Of(schema, list))
            .OfType<ParquetMessages>()
            .FirstOrDefault();

    /// <summary>Reads the conversations of a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="count">Its rows.</param>
    /// <param name="placeOf">The place of a row of the group, counted from 0.</param>
    /// <returns>One a row; null where the file says null.</returns>
    /// <exception cref="DataException">A message lacks its role or its text, or calls a tool.</exception>
    public async Task<IReadOnlyList<ChatTurn>?[]> ReadAsync(ParquetRowGroupReader group, int count, Func<int, DataPlace> placeOf)
    {
        List<string?>?[] speakers = await ReadListsAsync(group, Speaker, count).ConfigureAwait(false);
        List<string?>?[] texts = await ReadListsAsync(group, Text, count).ConfigureAwait(false);
        bool[] areCalling = await FindValuesAsync(group, ToolCalls, count).ConfigureAwait(false);
        return Array.IndexOf(areCalling, true) is >= 0 and var row
            ? throw ChatMessages.CallsTool(Name, placeOf(row))
            : [.. speakers.Select((names, i) => names is null ? null : TurnsOf(names, texts[i] ?? [], placeOf(i)))];
    }

    /// <summary>Which rows of a group have tools.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="count">Its rows.</param>
    public Task<bool[]> FindToolsAsync(ParquetRowGroupReader group, int count) => FindValuesAsync(group, Tools, count);

    private static ParquetMessages? Of(ParquetSchema schema, ListField list)
    {
        if (list.Item is not StructField message)
        {
            return null;
        }

        DataField? Text(string name) =>
            message.Fields.OfType<DataField>().FirstOrDefault(field => field.Name == name && field.ClrType == typeof(ReadOnlyMemory<char>));
        ParquetMessages? found =
            Text("role") is { } role && Text("content") is { } content ? new ParquetMessages(list.Name, role, content, IsShareGpt: false)
            : Text("from") is { } from && Text("value") is { } value ? new ParquetMessages(list.Name, from, value, IsShareGpt: true)
            : null;
        Field? calls = message.Fields.FirstOrDefault(field => field.Name == ChatMessages.ToolCalls);
        Field? tools = schema.Fields.FirstOrDefault(field => field.Name == ChatMessages.Tools && ParquetText.OtherKind(field) is not null);
        return found is null
            ? null
            : found with
            {
                CanBeNull = list.IsNullable,
                ToolCalls = LeavesOf(schema, calls),
                Tools = LeavesOf(schema, tools),
            };
    }

    /// <summary>The columns of a field that holds others.</summary>
    private static DataField[] LeavesOf(ParquetSchema schema, Field? field) =>
        field is null
            ? []
            : [.. schema.DataFields.Where(leaf => leaf.Path.ToList().Take(field.Path.Length).SequenceEqual(field.Path.ToList()))];

    private ChatTurn[] TurnsOf(List<string?> speakers, List<string?> texts, DataPlace place)
    {
        var turns = new ChatTurn[speakers.Count];
        for (int i = 0; i < turns.Length; i++)
        {
            if (speakers[i] is not { } speaker || texts.ElementAtOrDefault(i) is not { } text)
            {
                throw new DataException(
                    place,
                    FormattableString.Invariant($"message {i + 1} of {DataException.Quote(Name)} without its role or text"),
                    "messages with a role and a text",
                    "Write every message with both; tool calls are not supported."
                );
            }

            turns[i] = new ChatTurn(IsShareGpt ? ChatMessages.RoleOf(speaker, place) : speaker, text);
        }

        return turns;
    }

    /// <summary>Which rows have a value in one of some columns.</summary>
    private static async Task<bool[]> FindValuesAsync(ParquetRowGroupReader group, IReadOnlyList<DataField> fields, int count)
    {
        var rows = new bool[count];
        foreach (DataField field in fields)
        {
            using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field).ConfigureAwait(false);
            Mark(raw, field, rows);
        }

        return rows;
    }

    private static void Mark(RawColumnData raw, DataField field, bool[] rows)
    {
        Span<int> repetitions = raw.RepetitionLevels;
        Span<int> definitions = raw.DefinitionLevels;
        int row = -1;
        for (int i = 0; i < definitions.Length; i++)
        {
            row += repetitions.Length == 0 || repetitions[i] == 0 ? 1 : 0;
            rows[row] |= definitions[i] == field.MaxDefinitionLevel;
        }
    }

    /// <summary>The values of every row; null where the list is, and none where it is empty.</summary>
    private async Task<List<string?>?[]> ReadListsAsync(ParquetRowGroupReader group, DataField field, int count)
    {
        using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field).ConfigureAwait(false);
        return Join((RawColumnData<ReadOnlyMemory<char>>)raw, field, count);
    }

    private List<string?>?[] Join(RawColumnData<ReadOnlyMemory<char>> raw, DataField field, int count)
    {
        Span<int> repetitions = raw.RepetitionLevels;
        Span<int> definitions = raw.DefinitionLevels;
        Span<ReadOnlyMemory<char>> values = raw.Values;
        var rows = new List<List<string?>?>(count);
        int next = 0;
        for (int i = 0; i < definitions.Length; i++)
        {
            if (repetitions[i] == 0)
            {
                // Nothing of the path is there, not even a list without messages.
                rows.Add(CanBeNull && definitions[i] == 0 ? null : []);
            }

            // The last level says that there is a text; the one before, that the message has none; those below, that there is no message.
            int missing = field.MaxDefinitionLevel - definitions[i];
            if (missing == 0)
            {
                rows[^1]!.Add(values[next++].ToString());
            }
            else if (missing == 1 && field.IsNullable)
            {
                rows[^1]!.Add(null);
            }
        }

        return rows.Count == count ? [.. rows] : throw new InvalidDataException($"{rows.Count} rows in a group of {count}");
    }
}
