using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Methods of texts, with the meaning of Python's str methods.</summary>
internal static partial class TextMethods
{
    public static Registry<string, TemplateValue> All { get; } =
        new Registry<string, TemplateValue>()
            .Add("strip", ["chars"], (text, arguments) => Strip(text, arguments, atStart: true, atEnd: true))
            .Add("lstrip", ["chars"], (text, arguments) => Strip(text, arguments, atStart: true, atEnd: false))
            .Add("rstrip", ["chars"], (text, arguments) => Strip(text, arguments, atStart: false, atEnd: true))
            .Add("upper", [], (text, arguments) => arguments.Context.Text(PythonCharacters.ToUpper(text)))
            .Add("lower", [], (text, arguments) => arguments.Context.Text(PythonCharacters.ToLower(text)))
            .Add("title", [], (text, arguments) => arguments.Context.Text(PythonCharacters.ToTitle(text)))
            .Add("capitalize", [], (text, arguments) => arguments.Context.Text(PythonCharacters.Capitalize(text)))
            .Add("casefold", [], (text, arguments) => arguments.Context.Text(CaseFolding.Fold(text)))
            .Add("swapcase", [], (text, arguments) => arguments.Context.Text(SwapCase(text)))
            .Add(
                "startswith",
                ["prefix", "start"],
                (text, arguments) =>
                    BooleanValue.Of(HasAffix(text, arguments, static (value, affix) => value.StartsWith(affix, StringComparison.Ordinal)))
            )
            .Add(
                "endswith",
                ["suffix", "start"],
                (text, arguments) =>
                    BooleanValue.Of(HasAffix(text, arguments, static (value, affix) => value.EndsWith(affix, StringComparison.Ordinal)))
            )
            .Add("removeprefix", ["prefix"], (text, arguments) => new TextValue(RemovePrefix(text, arguments.Text(0))))
            .Add("removesuffix", ["suffix"], (text, arguments) => new TextValue(RemoveSuffix(text, arguments.Text(0))))
            .Add("find", ["sub"], (text, arguments) => new IntegerValue(Find(text, arguments.Text(0), arguments.Context)))
            .Add("rfind", ["sub"], (text, arguments) => new IntegerValue(FindLast(text, arguments.Text(0), arguments.Context)))
            .Add(
                "index",
                ["sub"],
                (text, arguments) => new IntegerValue(RequireFound(Find(text, arguments.Text(0), arguments.Context), arguments))
            )
            .Add(
                "rindex",
                ["sub"],
                (text, arguments) => new IntegerValue(RequireFound(FindLast(text, arguments.Text(0), arguments.Context), arguments))
            )
            .Add("count", ["sub"], (text, arguments) => new IntegerValue(Count(text, arguments.Text(0), arguments.Context)))
            .Add(
                "replace",
                ["old", "new", "count"],
                (text, arguments) =>
                    arguments.Context.Text(Replace(text, arguments.Text(0), arguments.Text(1), arguments.Integer(2, -1), arguments.Context))
            )
            .Add(
                "split",
                ["sep", "maxsplit"],
                (text, arguments) => Split(text, arguments.TextOrNull(0), arguments.Integer(1, -1), arguments.Context)
            )
            .Add(
                "rsplit",
                ["sep", "maxsplit"],
                (text, arguments) => SplitFromEnd(text, arguments.TextOrNull(0), arguments.Integer(1, -1), arguments.Context)
            )
            .Add("splitlines", ["keepends"], (text, arguments) => SplitLines(text, arguments.Flag(0), arguments.Context))
            .Add("partition", ["sep"], (text, arguments) => Partition(text, arguments, fromEnd: false))
            .Add("rpartition", ["sep"], (text, arguments) => Partition(text, arguments, fromEnd: true))
            .Add("join", ["iterable"], Join)
            .AddOpen("format", [], (text, arguments) => arguments.Context.Text(BraceFormat.Apply(text, arguments)))
            .Add("zfill", ["width"], (text, arguments) => ZeroFill(text, arguments.Integer(0), arguments.Context))
            .Add("center", ["width", "fillchar"], (text, arguments) => Pad(text, arguments, Alignment.Center))
            .Add("ljust", ["width", "fillchar"], (text, arguments) => Pad(text, arguments, Alignment.Left))
            .Add("rjust", ["width", "fillchar"], (text, arguments) => Pad(text, arguments, Alignment.Right))
            .Add("isdigit", [], (text, _) => BooleanValue.Of(IsEvery(text, char.IsDigit)))
            .Add("isdecimal", [], (text, _) => BooleanValue.Of(IsEvery(text, char.IsDigit)))
            .Add("isnumeric", [], (text, _) => BooleanValue.Of(IsEvery(text, char.IsNumber)))
            .Add("isalpha", [], (text, _) => BooleanValue.Of(IsEvery(text, char.IsLetter)))
            .Add(
                "isalnum",
                [],
                (text, _) => BooleanValue.Of(IsEvery(text, character => char.IsLetter(character) || char.IsNumber(character)))
            )
            .Add("isspace", [], (text, _) => BooleanValue.Of(IsEvery(text, PythonCharacters.IsSpace)))
            .Add("isupper", [], (text, _) => BooleanValue.Of(IsUpper(text)))
            .Add("islower", [], (text, _) => BooleanValue.Of(IsLower(text)));

    private enum Alignment
    {
        Left,
        Center,
        Right,
    }

    /// <summary>Removes the characters of the first argument, or space, from the ends.</summary>
    public static TextValue Strip(string text, BoundArguments arguments, bool atStart, bool atEnd)
    {
        var characters = arguments.TextOrNull(0);
        arguments.Context.Spend((long)text.Length * (characters?.Length ?? 1) / 256);
        bool IsStripped(char character) =>
            characters is null ? PythonCharacters.IsSpace(character) : characters.Contains(character, StringComparison.Ordinal);
        var (start, end) = (0, text.Length);
        while (atStart && start < end && IsStripped(text[start]))
        {
            start++;
        }

        while (atEnd && end > start && IsStripped(text[end - 1]))
        {
            end--;
        }

        return arguments.Context.Text(text[start..end]);
    }

    /// <summary>Replaces up to <paramref name="limit"/> places (all when negative).</summary>
    public static string Replace(string text, string old, string replacement, int limit, RenderContext context)
    {
        if (old.Length == 0)
        {
            throw context.Error("replace() of an empty text is not supported");
        }

        var found = Count(text, old, context);
        var places = limit < 0 ? found : Math.Min(found, limit);
        context.CheckTextLength(text.Length + ((long)places * (replacement.Length - old.Length)));
        if (places == 0)
        {
            return text;
        }

        if (places == found)
        {
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        var parts = text.Split(old, places + 1);
        return string.Join(replacement, parts);
    }

    public static bool IsUpper(string text) =>
        text.EnumerateRunes().Any(PythonCharacters.IsCased) && PythonCharacters.ToUpper(text) == text;

    public static bool IsLower(string text) =>
        text.EnumerateRunes().Any(PythonCharacters.IsCased) && PythonCharacters.ToLower(text) == text;

    /// <summary>Centers text with spaces, as the filter does.</summary>
    public static TextValue Center(string text, int width, RenderContext context) => Pad(text, width, " ", Alignment.Center, context);

    private static bool IsEvery(string text, Func<char, bool> predicate) => text.Length > 0 && text.All(predicate);

    private static string SwapCase(string text) =>
        string.Concat(
            text.EnumerateRunes()
                .Select(rune =>
                    System.Text.Rune.IsUpper(rune) ? PythonCharacters.ToLower(rune.ToString()) : PythonCharacters.ToUpper(rune.ToString())
                )
        );

    private static bool HasAffix(string text, BoundArguments arguments, Func<string, string, bool> test)
    {
        var start = arguments.Integer(1, 0);
        var subject = start == 0 ? text : PythonSlices.Slice(text, start, null, 1);
        if (arguments.Required(0) is SequenceValue { Kind: SequenceKind.Tuple } affixes)
        {
            return affixes.Items.Any(affix =>
            {
                arguments.Context.Spend(affix.Weight);
                return affix is TextValue value ? test(subject, value.Text) : throw arguments.Wrong(0, "text or a tuple of texts");
            });
        }

        return test(subject, arguments.Text(0));
    }

    private static string RemovePrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    private static string RemoveSuffix(string text, string suffix) =>
        text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text;

    private static TextValue ZeroFill(string text, int width, RenderContext context)
    {
        var missing = Math.Max(0L, (long)width - PythonSlices.Length(text));
        context.CheckTextLength(text.Length + missing);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return context.Text(text[..sign] + new string('0', (int)missing) + text[sign..]);
    }

    private static TextValue Pad(string text, BoundArguments arguments, Alignment alignment)
    {
        var fill = arguments.Text(1, " ");
        return PythonSlices.Length(fill) == 1
            ? Pad(text, arguments.Integer(0), fill, alignment, arguments.Context)
            : throw arguments.Wrong(1, "exactly one character");
    }

    private static TextValue Pad(string text, int width, string fill, Alignment alignment, RenderContext context)
    {
        var missing = Math.Max(0L, (long)width - PythonSlices.Length(text));
        context.CheckTextLength(text.Length + (missing * fill.Length));
        var margin = (int)missing;
        var left = alignment switch
        {
            Alignment.Left => 0,
            Alignment.Right => margin,
            // Python gives the odd space to the left when the width is odd too.
            _ => (margin / 2) + (margin & width & 1),
        };
        return context.Text(string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, margin - left)));
    }
}
