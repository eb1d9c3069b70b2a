using System.Globalization;
using System.Text.Json;

namespace MobiZO.Journal;

/// <summary>Reads the keys of one JSON object; every complaint names the place, the key, what was expected and what was found.</summary>
internal sealed class JsonFields
{
    private readonly JsonElement _element;
    private readonly string _place;

    public JsonFields(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JournalException($"{place}: expected a JSON object, found {Describe(element)}");
        }

        _element = element;
        _place = place;
    }

    public string Text(string key)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, "a text", value);
    }

    public string? TextOrNull(string key) => _element.TryGetProperty(key, out _) ? Text(key) : null;

    public bool Boolean(string key)
    {
        var value = Get(key);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false", value);
    }

    public long Integer(string key, long least, long most)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, $"a whole number from {least} to {most}", value);
    }

    public ulong Unsigned(string key)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number)
            ? number
            : throw Wrong(key, "a whole number from 0 to 2^64 - 1", value);
    }

    public double Double(string key)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, "a number", value);
    }

    /// <summary>A number that lines may lack.</summary>
    public double? DoubleIfGiven(string key) => _element.TryGetProperty(key, out _) ? DoubleOrNull(key) : null;

    /// <summary>A number that may be missing (null) or not finite (a text).</summary>
    public double? DoubleOrNull(string key)
    {
        var value = Get(key);
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : NonFinite(value) ?? throw Wrong(key, "a number or null", value);
    }

    public DateTimeOffset Time(string key)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time)
            ? time
            : throw Wrong(key, "a time in ISO 8601", value);
    }

    public float Single(string key) => Single(key, Get(key));

    public float[] Singles(string key) => [.. Items(key).Select(item => Single(key, item))];

    public JsonFields Object(string key) => new(Get(key), $"{_place}, key '{key}'");

    /// <summary>An object that may be missing.</summary>
    public JsonFields? ObjectOrNull(string key) => _element.TryGetProperty(key, out _) ? Object(key) : null;

    public IEnumerable<JsonFields> Objects(string key) =>
        Items(key).Index().Select(item => new JsonFields(item.Item, $"{_place}, key '{key}[{item.Index}]'"));

    public Dictionary<string, string> Texts(string key)
    {
        var fields = Object(key);
        return fields
            ._element.EnumerateObject()
            .Select(property => property.Name)
            .Distinct()
            .ToDictionary(name => name, fields.Text, StringComparer.Ordinal);
    }

    public JournalException Wrong(string key, string expected, string found) =>
        new($"{_place}: key '{key}': expected {expected}, found {found}");

    private IEnumerable<JsonElement> Items(string key)
    {
        var value = Get(key);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key, "a list", value);
    }

    private float Single(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number))
        {
            return number;
        }

        return NonFinite(value) ?? throw Wrong(key, "a number", value);
    }

    private static float? NonFinite(JsonElement value) =>
        (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            JournalFormat.NotANumber => float.NaN,
            JournalFormat.PositiveInfinity => float.PositiveInfinity,
            JournalFormat.NegativeInfinity => float.NegativeInfinity,
            _ => null,
        };

    private JsonElement Get(string key) =>
        _element.TryGetProperty(key, out var value) ? value : throw new JournalException($"{_place}: key '{key}' is missing");

    private JournalException Wrong(string key, string expected, JsonElement found) => Wrong(key, expected, Describe(found));

    private static string Describe(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= 60 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..60]}... ({text.Length} characters)");
    }
}
