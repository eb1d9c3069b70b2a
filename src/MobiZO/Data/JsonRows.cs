using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// Makes a row of a JSON object. Fields of nested objects get names with dots (target.span1_text); numbers, true and false keep their
/// spelling; arrays stay JSON; null is a column without a value. A list of messages becomes the conversation of the row.
/// </summary>
/// <param name="path">Path of the file, for messages.</param>
/// <param name="messagesColumn">Column of the messages.</param>
internal sealed class JsonRows(string path, string messagesColumn)
{
    private readonly List<string> _names = [];
    private readonly List<string?> _values = [];
    private string[] _columns = [];
    private IReadOnlyList<ChatTurn>? _turns;
    private DataPlace _place;

    /// <summary>Reads a row.</summary>
    /// <param name="element">What the file holds.</param>
    /// <param name="place">Where that stands.</param>
    /// <param name="advice">What to do when it is no object.</param>
    /// <exception cref="DataException">It is no object, or a field of it cannot be read.</exception>
    public DataRow Read(JsonElement element, DataPlace place, string advice)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new DataException(place, Kind(element), "a JSON object such as {\"text\": \"...\", \"label\": 0}", advice);
        }

        _names.Clear();
        _values.Clear();
        (_turns, _place) = (null, place);
        try
        {
            AddFields(element, prefix: "");
        }
        catch (InvalidOperationException)
        {
            throw HalfCharacter(place);
        }

        // Rows of one file nearly always share their columns: keep one list for all of them.
        if (!_names.SequenceEqual(_columns, StringComparer.Ordinal))
        {
            _columns = [.. _names];
        }

        return new DataRow(path, place.Line ?? 0, _columns, [.. _values], _turns);
    }

    /// <summary>A string of JSON that no text can hold: asking for it is an <see cref="InvalidOperationException"/>.</summary>
    public static DataException HalfCharacter(DataPlace place) =>
        new(place, "half of a surrogate pair (\\ud800 to \\udfff) in a string", "valid Unicode", "Remove the broken escape.");

    /// <summary>A value as a column holds it: strings as they are, null as none, all else as its JSON.</summary>
    /// <exception cref="InvalidOperationException">It is a string that no text can hold (<see cref="HalfCharacter"/>).</exception>
    public static string? TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };

    private void AddFields(JsonElement element, string prefix)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = prefix + property.Name;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    AddFields(property.Value, name + ".");
                    break;
                case JsonValueKind.Array when _turns is null && ChatMessages.AreIn(property.Value, name, messagesColumn):
                    _turns = ChatMessages.Read(property.Value, name, _place);
                    break;
                default:
                    Add(name, TextOf(property.Value));
                    break;
            }
        }
    }

    private void Add(string name, string? value)
    {
        if (_names.Contains(name, StringComparer.Ordinal))
        {
            throw new DataException(
                _place,
                $"the key {DataException.Quote(name)} twice",
                "a different name for every key",
                "Remove one of them."
            );
        }

        _names.Add(name);
        _values.Add(value);
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
