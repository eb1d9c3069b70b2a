using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// Reads the JSON-like trees that templates see. A tree is made of <see cref="string"/>, <see cref="long"/>, <see cref="BigInteger"/>,
/// <see cref="double"/>, <see cref="bool"/>, null, <c>IReadOnlyList&lt;object?&gt;</c> and
/// <c>IReadOnlyDictionary&lt;string, object?&gt;</c>. Keys keep the order of the file.
/// </summary>
public static class ChatValue
{
    /// <summary>Deepest nesting of a value that a template may see.</summary>
    public const int MaximumDepth = 128;

    /// <summary>Longest number that is read, about 8192 bits.</summary>
    private const int MaximumNumberLength = 2466;

    /// <summary>Turns a JSON element into a tree. Of a repeated key the last value counts, as in Python.</summary>
    /// <exception cref="FormatException">
    /// The element is nested deeper than <see cref="MaximumDepth"/> or holds text that is not valid Unicode.
    /// </exception>
    public static object? FromJson(JsonElement element) => FromJson(element, 0);

    private static object? FromJson(JsonElement element, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new FormatException($"The JSON value is nested deeper than {MaximumDepth} levels.");
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dictionary = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject())
                {
                    dictionary[NameOf(property)] = FromJson(property.Value, depth + 1);
                }

                return dictionary;
            case JsonValueKind.Array:
                var list = new List<object?>(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    list.Add(FromJson(item, depth + 1));
                }

                return list;
            case JsonValueKind.String:
                return TextOf(element);
            case JsonValueKind.Number:
                return NumberOf(element);
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.Null:
                return null;
            default:
                throw new FormatException("The JSON element is undefined; give an element of a parsed document.");
        }
    }

    private static object NumberOf(JsonElement element)
    {
        if (element.TryGetInt64(out var integer))
        {
            return integer;
        }

        var text = element.GetRawText();
        if (text.Length > MaximumNumberLength)
        {
            throw new FormatException($"A JSON number has {text.Length} digits, more than allowed ({MaximumNumberLength}).");
        }

        if (
            text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)
        )
        {
            return large;
        }

        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("A JSON key is not valid Unicode (a lone surrogate escape).", exception);
        }
    }

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("A JSON string is not valid Unicode (a lone surrogate escape).", exception);
        }
    }
}
