using System.Globalization;
using System.Text.Json;
using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>How a kind of value is written on the command line.</summary>
/// <param name="Name">Placeholder in the help, e.g. <c>n</c>.</param>
/// <param name="Parse">Reads it; throws <see cref="FormatException"/> with what was expected.</param>
internal sealed record OptionValue<T>(string Name, Func<string, T> Parse);

/// <summary>The kinds of values.</summary>
internal static class OptionValue
{
    public static OptionValue<string> Text(string name) => new(name, text => text);

    public static OptionValue<string> Path(string name) => new(name, text => text.Length > 0 ? text : throw new FormatException("a path"));

    /// <summary>A text in which <c>\n</c>, <c>\t</c> and <c>\\</c> can be typed.</summary>
    public static OptionValue<string> Escaped { get; } = new("text", text => Unescape(text));

    public static OptionValue<int> Count { get; } = new(
        "n", text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException("a whole number"));

    public static OptionValue<ulong> Seed { get; } = new(
        "n", text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException("a whole number from 0 to 2^64 - 1"));

    public static OptionValue<float> Single { get; } = new(
        "x", text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException("a number such as 0.01 or 1e-2"));

    /// <summary>A number, or a word that stands for none.</summary>
    public static OptionValue<NumberOrWord> SingleOr(string word) => new($"x|{word}", text => text == word ? new NumberOrWord(null)
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? new NumberOrWord(value)
        : throw new FormatException($"a number such as 0.01 or 1e-2, or {word}"));

    public static OptionValue<double> Double { get; } = new(
        "x", text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException("a number such as 0.2"));

    /// <summary>Words between commas; leading spaces belong to the words.</summary>
    public static OptionValue<IReadOnlyList<string>> Words(string name) => new(name, text => SplitWords(text));

    /// <summary>Words by label.</summary>
    public static OptionValue<IReadOnlyList<LabelWord>> LabelWords { get; } = new("label=word,...", text =>
    {
        try
        {
            return LabelWord.ParseList(text);
        }
        catch (DataException)
        {
            throw new FormatException("pairs such as 'ham= no,spam= yes' (a backslash before a comma or '=' that belongs to the text)");
        }
    });

    /// <summary>One of several names.</summary>
    public static OptionValue<T> OneOf<T>(params (string Name, T Value)[] names) => new(
        string.Join('|', names.Select(pair => pair.Name)),
        text =>
        {
            var index = Array.FindIndex(names, pair => pair.Name == text);
            return index >= 0 ? names[index].Value : throw new FormatException($"one of {string.Join(", ", names.Select(pair => pair.Name))}");
        });

    /// <summary>A member of an enumeration: <c>TwoSided</c> is written <c>two-sided</c>.</summary>
    public static OptionValue<T> Enumeration<T>()
        where T : struct, Enum => OneOf([.. Enum.GetValues<T>().Select(value => (NameOf(value), value))]);

    /// <summary>The written form of a value in the help and in reports; null for no value.</summary>
    public static string? Show(object? value) => value switch
    {
        null => null,
        Enum member => NameOf(member),
        bool flag => flag ? "yes" : "no",
        IEnumerable<LabelWord> words => string.Join(',', words.Select(word => $"{word.Label}={word.Word}")),
        IEnumerable<string> words => string.Join(',', words),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string NameOf(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static List<string> SplitWords(string text)
    {
        var words = new List<string> { "" };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
                words[^1] += Character(text[i]);
            }
            else if (text[i] == ',')
            {
                words.Add("");
            }
            else
            {
                words[^1] += text[i];
            }
        }

        return words;
    }

    private static string Unescape(string text)
    {
        var result = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(text[i] == '\\' && i + 1 < text.Length ? Character(text[++i]) : text[i]);
        }

        return result.ToString();
    }

    private static char Character(char escaped) => escaped switch
    {
        'n' => '\n',
        't' => '\t',
        _ => escaped,
    };
}
