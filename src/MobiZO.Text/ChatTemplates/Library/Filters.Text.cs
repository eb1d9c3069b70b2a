using System.Globalization;
using System.Text;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

internal static partial class Filters
{
    private static Registry<TemplateValue, TemplateValue> AddTextFilters(Registry<TemplateValue, TemplateValue> filters) =>
        filters
            .Add("string", [], (value, arguments) => arguments.Context.Text(Shown(value, arguments)))
            .Add("safe", [], (value, arguments) => arguments.Context.Text(Shown(value, arguments)))
            .Add("trim", ["chars"], (value, arguments) => TextMethods.Strip(Shown(value, arguments), arguments, atStart: true, atEnd: true))
            .Add("upper", [], (value, arguments) => arguments.Context.Text(PythonCharacters.ToUpper(Shown(value, arguments))))
            .Add("lower", [], (value, arguments) => arguments.Context.Text(PythonCharacters.ToLower(Shown(value, arguments))))
            .Add("capitalize", [], (value, arguments) => arguments.Context.Text(PythonCharacters.Capitalize(Shown(value, arguments))))
            .Add("title", [], (value, arguments) => arguments.Context.Text(Title(Shown(value, arguments))))
            .Add(
                "replace",
                ["old", "new", "count"],
                (value, arguments) =>
                    arguments.Context.Text(
                        TextMethods.Replace(
                            Shown(value, arguments),
                            Shown(arguments.Required(0), arguments),
                            Shown(arguments.Required(1), arguments),
                            arguments[2] is null or NoneValue ? -1 : arguments.Integer(2),
                            arguments.Context
                        )
                    )
            )
            .Add(
                "center",
                ["width"],
                (value, arguments) => TextMethods.Center(Shown(value, arguments), arguments.Integer(0, 80), arguments.Context)
            )
            .Add("indent", ["width", "first", "blank"], Indent)
            .Add("truncate", ["length", "killwords", "end", "leeway"], Truncate)
            .Add("wordcount", [], (value, arguments) => new IntegerValue(CountWords(Shown(value, arguments))))
            .Add("escape", [], (value, arguments) => arguments.Context.Text(Escape(Shown(value, arguments))))
            .Alias("e", "escape")
            .Alias("forceescape", "escape")
            .AddOpen("format", [], Format)
            .Add("urlencode", [], UrlEncode);

    private static string Shown(TemplateValue value, BoundArguments arguments) => PythonText.Display(value, arguments.Context);

    /// <summary>The filter's own words: they begin after space, hyphens and opening brackets, unlike those of the method.</summary>
    private static string Title(string text)
    {
        var builder = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var piece = rune.ToString();
            builder.Append(startsWord ? PythonCharacters.ToUpper(piece) : PythonCharacters.ToLower(piece));
            startsWord = rune.Value is '-' or '(' or '{' or '[' or '<' || (rune.IsBmp && PythonCharacters.IsSpace((char)rune.Value));
        }

        return builder.ToString();
    }

    private static TextValue Indent(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        string margin;
        if (arguments[0] is TextValue text)
        {
            margin = text.Text;
        }
        else
        {
            var width = Math.Max(0, arguments.Integer(0, 4));
            context.CheckTextLength(width);
            margin = new string(' ', width);
        }

        var lines = Shown(value, arguments).Split('\n');
        var builder = new StringBuilder();
        for (var index = 0; index < lines.Length; index++)
        {
            var isIndented = index == 0 ? arguments.Flag(1) : lines[index].Length > 0 || arguments.Flag(2);
            builder.Append(index == 0 ? string.Empty : "\n").Append(isIndented ? margin : string.Empty).Append(lines[index]);
            context.CheckTextLength(builder.Length);
        }

        return context.Text(builder.ToString());
    }

    private static TextValue Truncate(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var text = Shown(value, arguments);
        var (length, end) = (arguments.Integer(0, 255), arguments.Text(2, "..."));
        var leeway = arguments[3] is null or NoneValue ? 5 : arguments.Integer(3);
        var kept = (long)length - PythonSlices.Length(end);
        if (kept < 0 || leeway < 0)
        {
            throw context.Error(
                $"truncate() needs a length of at least {PythonSlices.Length(end)} and no negative leeway, got {length} and {leeway}"
            );
        }

        if (PythonSlices.Length(text) <= (long)length + leeway)
        {
            return context.Text(text);
        }

        var head = PythonSlices.Slice(text, null, kept, 1);
        var lastSpace = arguments.Flag(1) ? -1 : head.LastIndexOf(' ');
        return context.Text((lastSpace < 0 ? head : head[..lastSpace]) + end);
    }

    private static int CountWords(string text)
    {
        var count = 0;
        var insideWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            count += isWord && !insideWord ? 1 : 0;
            insideWord = isWord;
        }

        return count;
    }

    private static TextValue Format(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        if (arguments.Rest.Count > 0 && arguments.OtherNamed.Count > 0)
        {
            throw context.Error("can't handle positional and keyword arguments at the same time");
        }

        var entries = DictionaryValue.NewEntries();
        foreach (var (name, item) in arguments.OtherNamed)
        {
            entries[new TextValue(name)] = item;
        }

        TemplateValue values = entries.Count > 0 ? context.Dictionary(entries) : context.Sequence(SequenceKind.Tuple, arguments.Rest);
        return context.Text(PercentFormat.Apply(Shown(value, arguments), values, context));
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal);

    private static TextValue UrlEncode(TemplateValue value, BoundArguments arguments)
    {
        if (value is DictionaryValue or SequenceValue or IteratorValue)
        {
            throw arguments.Context.Error($"urlencode of a '{value.TypeName}' is not supported; give text");
        }

        var builder = new StringBuilder();
        foreach (var unit in Encoding.UTF8.GetBytes(Shown(value, arguments)))
        {
            if (char.IsAsciiLetterOrDigit((char)unit) || unit is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~' or (byte)'/')
            {
                builder.Append((char)unit);
            }
            else
            {
                builder.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
            }
        }

        return arguments.Context.Text(builder.ToString());
    }
}
