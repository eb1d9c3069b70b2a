using System.Text;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

internal static partial class TextMethods
{
    /// <summary>Non-overlapping places of a part.</summary>
    private static int Count(string text, string part, RenderContext context)
    {
        if (part.Length == 0)
        {
            return PythonSlices.Length(text) + 1;
        }

        context.Spend(1 + ((long)text.Length * part.Length / 1024));
        var count = 0;
        for (
            var index = text.IndexOf(part, StringComparison.Ordinal);
            index >= 0;
            index = text.IndexOf(part, index + part.Length, StringComparison.Ordinal)
        )
        {
            count++;
        }

        return count;
    }

    private static int Find(string text, string part, RenderContext context)
    {
        var index = Operators.IndexOf(text, part, 0, context);
        return index < 0 ? index : PythonSlices.Length(text[..index]);
    }

    private static int FindLast(string text, string part, RenderContext context)
    {
        var index = LastIndexOf(text, part, context);
        return index < 0 ? index : PythonSlices.Length(text[..index]);
    }

    private static int LastIndexOf(string text, string part, RenderContext context)
    {
        context.Spend(1 + ((long)text.Length * Math.Max(1, part.Length) / 1024));
        return part.Length == 0 ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal);
    }

    private static int RequireFound(int index, BoundArguments arguments) =>
        index >= 0 ? index : throw arguments.Context.Error("substring not found");

    private static TemplateValue Join(string separator, BoundArguments arguments)
    {
        var context = arguments.Context;
        var builder = new StringBuilder();
        var index = 0;
        foreach (var item in Operators.Iterate(arguments.Required(0), context))
        {
            var text = item as TextValue ?? throw context.Error($"sequence item {index}: expected str instance, {item.TypeName} found");
            builder.Append(index++ == 0 ? string.Empty : separator).Append(text.Text);
            context.CheckTextLength(builder.Length);
        }

        return context.Text(builder.ToString());
    }

    private static SequenceValue Split(string text, string? separator, int limit, RenderContext context)
    {
        if (separator is null)
        {
            return context.List(SplitAtSpace(text, limit, context));
        }

        RequireSeparator(separator, context);
        var places = Count(text, separator, context);
        context.CheckItemCount(places);
        var parts = text.Split(separator, limit < 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, limit + 1L));
        return context.List([.. parts.Select(part => new TextValue(part))]);
    }

    private static List<TemplateValue> SplitAtSpace(string text, int limit, RenderContext context)
    {
        var parts = new List<TemplateValue>();
        var position = 0;
        while (true)
        {
            while (position < text.Length && PythonCharacters.IsSpace(text[position]))
            {
                position++;
            }

            if (position == text.Length)
            {
                return parts;
            }

            if (limit >= 0 && parts.Count >= limit)
            {
                parts.Add(new TextValue(PythonCharacters.TrimEnd(text[position..])));
                return parts;
            }

            var start = position;
            while (position < text.Length && !PythonCharacters.IsSpace(text[position]))
            {
                position++;
            }

            parts.Add(new TextValue(text[start..position]));
            context.CheckItemCount(parts.Count);
        }
    }

    private static SequenceValue SplitFromEnd(string text, string? separator, int limit, RenderContext context)
    {
        if (limit < 0)
        {
            return Split(text, separator, limit, context);
        }

        if (separator is null)
        {
            throw context.Error("rsplit() at space with a limit is not supported; give the separator");
        }

        RequireSeparator(separator, context);
        var parts = new List<TemplateValue>();
        var rest = text;
        while (parts.Count < limit && LastIndexOf(rest, separator, context) is >= 0 and var index)
        {
            parts.Add(new TextValue(rest[(index + separator.Length)..]));
            context.Spend(1 + (rest.Length / 16));
            rest = rest[..index];
        }

        parts.Add(new TextValue(rest));
        parts.Reverse();
        return context.List(parts);
    }

    private static SequenceValue SplitLines(string text, bool keepsEnds, RenderContext context)
    {
        var lines = new List<TemplateValue>();
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029'))
            {
                continue;
            }

            var end = index;
            index += text[index] == '\r' && index + 1 < text.Length && text[index + 1] == '\n' ? 1 : 0;
            lines.Add(new TextValue(text[start..(keepsEnds ? index + 1 : end)]));
            start = index + 1;
            context.CheckItemCount(lines.Count);
        }

        if (start < text.Length)
        {
            lines.Add(new TextValue(text[start..]));
        }

        return context.List(lines);
    }

    private static SequenceValue Partition(string text, BoundArguments arguments, bool fromEnd)
    {
        var separator = arguments.Text(0);
        RequireSeparator(separator, arguments.Context);
        var index = fromEnd ? LastIndexOf(text, separator, arguments.Context) : Operators.IndexOf(text, separator, 0, arguments.Context);
        string[] parts =
            index >= 0 ? [text[..index], separator, text[(index + separator.Length)..]]
            : fromEnd ? [string.Empty, string.Empty, text]
            : [text, string.Empty, string.Empty];
        return arguments.Context.Sequence(SequenceKind.Tuple, [.. parts.Select(part => new TextValue(part))]);
    }

    private static void RequireSeparator(string separator, RenderContext context)
    {
        if (separator.Length == 0)
        {
            throw context.Error("empty separator");
        }
    }
}
