using System.Globalization;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>One change of a value in a <see cref="FieldPattern"/>.</summary>
internal sealed class FieldChange
{
    private static readonly Dictionary<string, Func<string, Func<string, string?>>> s_withArgument = new(StringComparer.Ordinal)
    {
        ["item"] = argument => value => Item(value, int.Parse(argument, NumberStyles.None, CultureInfo.InvariantCulture)),
        ["get"] = argument => value => Property(value, argument),
        ["before"] = argument => value => value.IndexOf(argument, StringComparison.Ordinal) is >= 0 and var at ? value[..at] : value,
        ["after"] = argument =>
            value => value.IndexOf(argument, StringComparison.Ordinal) is >= 0 and var at ? value[(at + argument.Length)..] : null,
        ["without"] = argument => value => value.EndsWith(argument, StringComparison.Ordinal) ? value[..^argument.Length] : value,
        ["prefix"] = argument => value => argument + value,
        ["map"] = Map,
    };

    private static readonly Dictionary<string, Func<string, string?>> s_plain = new(StringComparer.Ordinal)
    {
        ["trim"] = value => value.Trim(),
        ["lower"] = value => value.ToLowerInvariant(),
        ["capital"] = value => value.Length == 0 ? value : char.ToUpperInvariant(value[0]) + value[1..],
        ["uncapital"] = value =>
            value.Length == 0 || value == "I" || value.StartsWith("I ", StringComparison.Ordinal)
                ? value
                : char.ToLowerInvariant(value[0]) + value[1..],
        ["question"] = value =>
            s_plain!["capital"](value.Trim()) is { } text && text.EndsWith('?') ? text : s_plain["capital"](value.Trim()) + "?",
        ["json"] = value => JsonSerializer.Serialize(value),
    };

    private readonly string _written;
    private readonly Func<string, string?> _change;

    private FieldChange(string written, Func<string, string?> change) => (_written, _change) = (written, change);

    /// <summary>Reads a change such as <c>lower</c> or <c>item(0)</c>.</summary>
    /// <exception cref="DataException">There is no such change, or its argument is wrong.</exception>
    public static FieldChange Parse(RowField field, string written)
    {
        string text = written.Trim();
        if (s_plain.TryGetValue(text, out Func<string, string?>? plain))
        {
            return new FieldChange(text, plain);
        }

        int open = written.IndexOf('(', StringComparison.Ordinal);
        string name = open < 0 ? text : written[..open].Trim();
        string argument = open < 0 ? "" : written[(open + 1)..].TrimEnd().TrimEnd(')');
        bool isWhole = open >= 0 && text.EndsWith(')') && argument.Length > 0;
        bool isNumber = name != "item" || int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        bool isMap = name != "map" || IsMap(argument);
        if (isWhole && isNumber && isMap && s_withArgument.TryGetValue(name, out Func<string, Func<string, string?>>? create))
        {
            return new FieldChange(text, create(argument));
        }

        throw new DataException(
            $"Field {DataException.Quote(field.Name)}, pattern {DataException.Quote(field.Pattern)}: found the change {DataException.Quote(text)}; "
                + $"expected {string.Join(", ", s_plain.Keys)}, item(0), get(key), before(text), after(text), without(end), "
                + "prefix(text) or map(a=b,c=d) with every value once."
        );
    }

    /// <summary>The changed value; null: there is none, as of an item beyond the end of a list.</summary>
    /// <exception cref="DataException">The value is none that can be changed so.</exception>
    public string? Apply(string value, DataPlace place, string field)
    {
        try
        {
            return _change(value);
        }
        catch (FormatException expected)
        {
            throw Unfit(value, place, field, expected.Message);
        }
        catch (JsonException)
        {
            throw Unfit(value, place, field, "JSON");
        }
        catch (InvalidOperationException)
        {
            throw JsonRows.HalfCharacter(place);
        }
    }

    private DataException Unfit(string value, DataPlace place, string field, string expected) =>
        new(
            place,
            $"{DataException.Quote(value)} for {DataException.Quote(_written)} of the field {DataException.Quote(field)}",
            expected,
            "Correct the row, or the pattern of the field (DataOptions.Fields)."
        );

    private static string? Item(string value, int index)
    {
        using JsonDocument json = JsonDocument.Parse(value);
        return json.RootElement.ValueKind != JsonValueKind.Array ? throw new FormatException("a JSON array")
            : index < json.RootElement.GetArrayLength() ? JsonRows.TextOf(json.RootElement[index])
            : null;
    }

    private static string? Property(string value, string key)
    {
        using JsonDocument json = JsonDocument.Parse(value);
        return json.RootElement.ValueKind != JsonValueKind.Object ? throw new FormatException("a JSON object")
            : json.RootElement.TryGetProperty(key, out JsonElement found) ? JsonRows.TextOf(found)
            : null;
    }

    private static bool IsMap(string argument)
    {
        string[] pairs = argument.Split(',');
        return pairs.All(pair => pair.Contains('=', StringComparison.Ordinal))
            && pairs.DistinctBy(pair => pair.Split('=')[0].Trim(), StringComparer.Ordinal).Count() == pairs.Length;
    }

    private static Func<string, string?> Map(string argument)
    {
        Dictionary<string, string> values = argument
            .Split(',')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1], StringComparer.Ordinal);
        string expected = "one of " + string.Join(", ", values.Keys.Select(DataException.Quote));
        return value => values.TryGetValue(value.Trim(), out string? mapped) ? mapped : throw new FormatException(expected);
    }
}
