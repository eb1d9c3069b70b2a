using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// Rows of a JSON Lines file. Fields of nested objects get names with dots (target.span1_text); numbers, true and false keep their
/// spelling; arrays stay JSON; null is a column without a value. Lines of white space are skipped.
/// </summary>
internal sealed class JsonLinesReader
{
    private static readonly JsonReaderOptions s_strict = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private readonly RecordReader _records;
    private readonly string _messagesColumn;
    private readonly List<string> _names = [];
    private readonly List<string?> _values = [];
    private string[] _columns = [];
    private IReadOnlyList<ChatTurn>? _turns;

    public JsonLinesReader(RecordReader records, string messagesColumn)
    {
        _records = records;
        _messagesColumn = messagesColumn;
    }

    public IEnumerable<DataRow> Read()
    {
        while (_records.Read())
        {
            if (!_records.Bytes.Trim(" \t"u8).IsEmpty)
            {
                yield return ReadRow();
            }
        }
    }

    private DataRow ReadRow()
    {
        using JsonDocument document = Parse();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new DataException(
                _records.Place,
                Kind(document.RootElement),
                "a JSON object such as {\"text\": \"...\", \"label\": 0}",
                "Write one object a line; turn a JSON array into lines first."
            );
        }

        _names.Clear();
        _values.Clear();
        _turns = null;
        try
        {
            AddFields(document.RootElement, prefix: "");
        }
        catch (InvalidOperationException)
        {
            throw new DataException(
                _records.Place,
                "half of a surrogate pair (\\ud800 to \\udfff) in a string",
                "valid Unicode",
                "Remove the broken escape."
            );
        }

        // Rows of one file nearly always share their columns: keep one list for all of them.
        if (!_names.SequenceEqual(_columns, StringComparer.Ordinal))
        {
            _columns = [.. _names];
        }

        return new DataRow(_records.Path, _records.LineNumber, _columns, [.. _values], _turns);
    }

    private void AddFields(JsonElement element, string prefix)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = prefix + property.Name;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    Add(name, value: null);
                    break;
                case JsonValueKind.Object:
                    AddFields(property.Value, name + ".");
                    break;
                case JsonValueKind.Array when name == _messagesColumn && _turns is null:
                    _turns = ReadTurns(property.Value, name);
                    break;
                case JsonValueKind.String:
                    Add(name, property.Value.GetString()!);
                    break;
                default:
                    Add(name, property.Value.GetRawText());
                    break;
            }
        }
    }

    private void Add(string name, string? value)
    {
        if (_names.Contains(name, StringComparer.Ordinal))
        {
            throw new DataException(
                _records.Place,
                $"the key {DataException.Quote(name)} twice",
                "a different name for every key",
                "Remove one of them."
            );
        }

        _names.Add(name);
        _values.Add(value);
    }

    private List<ChatTurn> ReadTurns(JsonElement array, string name)
    {
        var turns = new List<ChatTurn>();
        foreach (JsonElement message in array.EnumerateArray())
        {
            if (message.ValueKind == JsonValueKind.Object)
            {
                RefuseToolCalls(message, name);
            }

            if (
                message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("role", out JsonElement role)
                || role.ValueKind != JsonValueKind.String
                || !message.TryGetProperty("content", out JsonElement content)
                || content.ValueKind != JsonValueKind.String
            )
            {
                throw new DataException(
                    _records.Place,
                    $"{DataException.Quote(message.GetRawText())} in {DataException.Quote(name)}",
                    "messages such as {\"role\": \"user\", \"content\": \"...\"} with text contents",
                    "Write every message with a role and a text."
                );
            }

            turns.Add(new ChatTurn(role.GetString()!, content.GetString()!));
        }

        return turns;
    }

    /// <summary>A chat template would not see the call: the model would learn a conversation in which it never happened.</summary>
    private void RefuseToolCalls(JsonElement message, string name)
    {
        if (
            message.TryGetProperty("tool_calls", out JsonElement calls)
            && calls.ValueKind != JsonValueKind.Null
            && !(calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() == 0)
        )
        {
            throw new DataException(
                _records.Place,
                $"'tool_calls' in a message of {DataException.Quote(name)}",
                "messages of a role and a text",
                "Tool calls are not supported: write them into the content the way the model should write them, or remove the row."
            );
        }
    }

    private JsonDocument Parse()
    {
        ReadOnlySpan<byte> line = _records.Bytes;
        try
        {
            var reader = new Utf8JsonReader(line, s_strict);
            JsonDocument document = JsonDocument.ParseValue(ref reader);
            return reader.Read() ? throw new UnreachableException("The reader refuses more than one value.") : document;
        }
        catch (JsonException error)
        {
            int position = (int)Math.Min(error.BytePositionInLine ?? 0, line.Length);
            string rest = Encoding.UTF8.GetString(line[position..]);
            string found = rest.Length > 0 ? $"broken JSON at {DataException.Quote(rest)}" : "a JSON object that is not complete";
            string advice = line.TrimStart(" \t"u8).StartsWith("["u8)
                ? "JSON Lines has one object a line; turn a JSON array into lines first."
                : "Correct the line; JSON Lines has one object a line, and line ends inside strings are written \\n.";
            throw new DataException(_records.PlaceOf(position), found, "one complete JSON object", advice);
        }
    }

    private static string Kind(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => "a JSON array",
            JsonValueKind.String => "a JSON string",
            JsonValueKind.Number => "a JSON number",
            _ => $"the JSON value {element.GetRawText()}",
        };
}
