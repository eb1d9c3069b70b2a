using System.Text;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// Rows of a JSON Lines file. Fields of nested objects get names with dots (target.span1_text); numbers, true and false keep their spelling; arrays stay JSON;
/// null is an absent column. Lines of white space are skipped.
/// </summary>
internal sealed class JsonLinesReader
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };

    private readonly LineReader _lines;
    private readonly string _messagesColumn;
    private readonly List<string> _names = [];
    private readonly List<string> _values = [];
    private string[] _columns = [];
    private IReadOnlyList<ChatTurn>? _turns;

    public JsonLinesReader(LineReader lines, string messagesColumn)
    {
        _lines = lines;
        _messagesColumn = messagesColumn;
    }

    public IEnumerable<DataRow> Read()
    {
        while (_lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return ReadRow(line);
            }
        }
    }

    private DataRow ReadRow(string line)
    {
        using JsonDocument document = Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new DataException(
                _lines.Place,
                Kind(document.RootElement),
                "a JSON object such as {\"text\": \"...\", \"label\": 0}",
                "Write one object a line; turn a JSON array into lines first.");
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
            throw new DataException(_lines.Place, "half of a surrogate pair (\\ud800 to \\udfff) in a string", "valid Unicode", "Remove the broken escape.");
        }

        // Rows of one file nearly always share their columns: keep one list for all of them.
        if (!_names.SequenceEqual(_columns, StringComparer.Ordinal))
        {
            _columns = [.. _names];
        }

        return new DataRow(_lines.Path, _lines.LineNumber, _columns, [.. _values], _turns);
    }

    private void AddFields(JsonElement element, string prefix)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = prefix + property.Name;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Null:
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

    private void Add(string name, string value)
    {
        if (_names.Contains(name))
        {
            throw new DataException(_lines.Place, $"the key {DataException.Quote(name)} twice", "a different name for every key", "Remove one of them.");
        }

        _names.Add(name);
        _values.Add(value);
    }

    private List<ChatTurn> ReadTurns(JsonElement array, string name)
    {
        var turns = new List<ChatTurn>();
        foreach (JsonElement message in array.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("role", out JsonElement role) || role.ValueKind != JsonValueKind.String
                || !message.TryGetProperty("content", out JsonElement content) || content.ValueKind != JsonValueKind.String)
            {
                throw new DataException(
                    _lines.Place,
                    $"{DataException.Quote(message.GetRawText())} in {DataException.Quote(name)}",
                    "messages such as {\"role\": \"user\", \"content\": \"...\"} with text contents",
                    "Write every message with a role and a text.");
            }

            turns.Add(new ChatTurn(role.GetString()!, content.GetString()!));
        }

        return turns;
    }

    private JsonDocument Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line, s_strict);
        }
        catch (JsonException error)
        {
            int column = ColumnOfByte(line, error.BytePositionInLine ?? 0);
            int from = Math.Min(column - 1, line.Length);
            string found = from < line.Length ? $"broken JSON at {DataException.Quote(line[from..])}" : "a JSON object that is not complete";
            string advice = line.TrimStart().StartsWith('[')
                ? "JSON Lines has one object a line; turn a JSON array into lines first."
                : "Correct the line; JSON Lines has one object a line, and line ends inside strings are written \\n.";
            throw new DataException(new DataPlace(_lines.Path, _lines.LineNumber, column), found, "one complete JSON object", advice);
        }
    }

    private static int ColumnOfByte(string line, long bytePosition)
    {
        long bytes = 0;
        int column = 1;
        foreach (Rune rune in line.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytePosition)
            {
                break;
            }

            column += rune.Utf16SequenceLength;
        }

        return column;
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a JSON array",
        JsonValueKind.String => "a JSON string",
        JsonValueKind.Number => "a JSON number",
        _ => $"the JSON value {element.GetRawText()}",
    };
}
