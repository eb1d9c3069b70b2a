using System.Globalization;
using System.Text.Json;
using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>The kinds of values.</summary>
internal static class OptionValue
{
    private const string DateFormat = "yyyy-MM-dd";

    public static OptionValue<int> Count { get; } =
        Of<int>(
            "n",
            "a whole number",
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw new FormatException()
        );

    public static OptionValue<ulong> Seed { get; } =
        Of<ulong>(
            "n",
            "a whole number from 0 to 2^64 - 1",
            text =>
                ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException()
        );

    public static OptionValue<float> Single { get; } = Of<float>("x", "a number such as 0.01 or 1e-2", text => ParseSingle(text));

    public static OptionValue<double> Double { get; } =
        Of<double>(
            "x",
            "a number such as 0.2",
            text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException()
        );

    public static OptionValue<DateOnly> Date { get; } =
        Of<DateOnly>(
            "yyyy-mm-dd",
            "a date such as 2026-03-31",
            text => DateOnly.ParseExact(text, DateFormat, CultureInfo.InvariantCulture)
        );

    /// <summary>Yes or no, in a run file.</summary>
    public static OptionValue<bool> Flag { get; } = Of<bool>("true|false", "true or false", text => bool.Parse(text));

    /// <summary>
    /// A text in which <c>\n</c>, <c>\t</c> and <c>\\</c> can be typed on the command line; a run file has escapes of its own.
    /// </summary>
    public static OptionValue<string> Escaped { get; } =
        new(new OptionKind("text", "a text", WordList.Unescape) { ParseWritten = written => written.SingleText });

    /// <summary>Words by label.</summary>
    public static OptionValue<IReadOnlyList<LabelWord>> LabelWords { get; } =
        new(
            new OptionKind(
                "label=word,...",
                "pairs such as 'ham= no,spam= yes' (a backslash before a comma or '=' that belongs to the text)",
                ParseLabelWords
            )
            {
                ParseWritten = written => written.Pairs ?? ParseLabelWords(written.SingleText),
            }
        );

    /// <summary>Fields by name.</summary>
    public static OptionValue<IReadOnlyList<RowField>> Fields { get; } =
        new(
            new OptionKind(
                "name=pattern,...",
                "pairs such as 'premise={premise|sentence1}' (a backslash before a comma or '=' that belongs to the text)",
                text => FieldsOf(ParseLabelWords(text))
            )
            {
                ParseWritten = written => FieldsOf(written.Pairs ?? ParseLabelWords(written.SingleText)),
            }
        );

    public static OptionValue<string> Text(string name) =>
        new(new OptionKind(name, "a text", text => text) { ParseWritten = written => written.SingleText });

    public static OptionValue<string> Path(string name) =>
        new(
            new OptionKind(name, "a path", text => text.Length > 0 ? text : throw new FormatException())
            {
                ParseWritten = written =>
                    written.SingleText is { Length: > 0 } path
                        ? System.IO.Path.GetFullPath(path, written.Folder)
                        : throw new FormatException(),
                IsPath = true,
            }
        );

    /// <summary>A number, or a word that stands for none.</summary>
    public static OptionValue<NumberOrWord> SingleOr(string word) =>
        Of<NumberOrWord>(
            $"x|{word}",
            $"a number such as 0.01 or 1e-2, or {word}",
            text => new NumberOrWord(text == word ? null : ParseSingle(text))
        );

    /// <summary>Words between commas; leading spaces belong to the words. In a run file also a list.</summary>
    public static OptionValue<IReadOnlyList<string>> Words(string name) =>
        new(
            new OptionKind(name, "words between commas", WordList.Split)
            {
                ParseWritten = written => written.Items ?? WordList.Split(written.SingleText),
            }
        );

    /// <summary>One of several names; a run file may also hold the member as the files of a run name it.</summary>
    /// <param name="names">The names, each with a <typeparamref name="T"/>.</param>
    public static OptionValue<T> OneOf<T>(params (string Name, object Value)[] names)
        where T : struct, Enum =>
        new(
            new OptionKind(
                string.Join('|', names.Select(pair => pair.Name)),
                $"one of {string.Join(", ", names.Select(pair => pair.Name))}",
                text => Find(names, pair => pair.Name == text)
            )
            {
                ParseWritten = written => Find(names, pair => pair.Name == written.Text || StoredNameOf((Enum)pair.Value) == written.Text),
                Names = names,
            }
        );

    /// <summary>One of several names, which mean themselves.</summary>
    public static OptionValue<string> NameOf(IReadOnlyList<string> names) =>
        Of<string>(
            string.Join('|', names),
            $"one of {string.Join(", ", names)}",
            text => names.Contains(text, StringComparer.Ordinal) ? text : throw new FormatException()
        );

    /// <summary>A member of an enumeration: <c>TwoSided</c> is written <c>two-sided</c>.</summary>
    public static OptionValue<T> Enumeration<T>()
        where T : struct, Enum => OneOf<T>(Members(typeof(T)));

    /// <summary>The written form of a value in the help and in reports; null for no value.</summary>
    public static string? Show(object? value) =>
        value switch
        {
            null => null,
            Enum member => NameOf(member),
            bool flag => flag ? "yes" : "no",
            IEnumerable<LabelWord> words => string.Join(',', words.Select(word => $"{word.Label}={word.Word}")),
            IEnumerable<RowField> fields => string.Join(',', fields.Select(field => $"{field.Name}={field.Pattern}")),
            IEnumerable<string> words => string.Join(',', words),
            DateOnly date => date.ToString(DateFormat, CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };

    private static string NameOf(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string StoredNameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static (string Name, object Value)[] Members(Type type) =>
        [.. Enum.GetValues(type).Cast<Enum>().Select(value => (NameOf(value), (object)value))];

    private static OptionValue<T> Of<T>(string name, string expected, Func<string, object> parse)
        where T : notnull => new(new OptionKind(name, expected, parse));

    private static float ParseSingle(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException();

    private static object Find((string Name, object Value)[] names, Predicate<(string Name, object Value)> isMeant) =>
        Array.FindIndex(names, isMeant) is >= 0 and var index ? names[index].Value : throw new FormatException();

    private static IReadOnlyList<RowField> FieldsOf(IEnumerable<LabelWord> pairs) =>
        [.. pairs.Select(pair => new RowField(pair.Label, pair.Word))];

    private static IReadOnlyList<LabelWord> ParseLabelWords(string text)
    {
        try
        {
            return LabelWord.ParseList(text);
        }
        catch (DataException error)
        {
            throw new FormatException(error.Message, error);
        }
    }
}
