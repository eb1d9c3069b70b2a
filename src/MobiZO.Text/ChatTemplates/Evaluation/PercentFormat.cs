using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>
/// Python's <c>'%s' % value</c>: keys, flags, widths and precisions for the letters s, r, a, c, d, i, u, o, x, e, f and g.
/// </summary>
internal static class PercentFormat
{
    private const string Flags = "#0- +";

    /// <summary>More digits than any number has that print differently.</summary>
    private const int MaximumPrecision = 5000;

    /// <summary>Fills a format with one value, the items of a tuple, or the values of a mapping.</summary>
    public static string Apply(string format, TemplateValue value, RenderContext context)
    {
        var arguments = new Arguments(value, context);
        var builder = new StringBuilder();
        for (var index = 0; index < format.Length; )
        {
            if (format[index] != '%')
            {
                builder.Append(format[index++]);
                continue;
            }

            index++;
            if (index < format.Length && format[index] == '%')
            {
                builder.Append('%');
                index++;
                continue;
            }

            var spec = Read(format, ref index, arguments, context);
            context.CheckTextLength(builder.Length + (long)spec.Width);
            builder.Append(Convert(spec, arguments.Take(spec.Key), context));
            context.CheckTextLength(builder.Length);
        }

        arguments.CheckAllUsed();
        return builder.ToString();
    }

    private static PercentSpec Read(string format, ref int index, Arguments arguments, RenderContext context)
    {
        var key = ReadKey(format, ref index, context);
        var start = index;
        while (index < format.Length && Flags.Contains(format[index], StringComparison.Ordinal))
        {
            index++;
        }

        var flags = format[start..index];
        var width = ReadNumber(format, ref index, arguments, context) ?? 0;
        if (width < 0)
        {
            // A negative width stands for a minus before it.
            (flags, width) = (flags + '-', -width);
        }

        int? precision = null;
        if (index < format.Length && format[index] == '.')
        {
            index++;
            precision = Math.Max(0, ReadNumber(format, ref index, arguments, context) ?? 0);
            context.CheckTextLength(precision.Value);
        }

        // What C calls the size of a number means nothing here.
        if (index < format.Length && format[index] is 'h' or 'l' or 'L')
        {
            index++;
        }

        return index < format.Length
            ? new PercentSpec(key, flags, width, precision, format[index++])
            : throw context.Error("incomplete format: the text ends within a '%'");
    }

    private static string? ReadKey(string format, ref int index, RenderContext context)
    {
        if (index >= format.Length || format[index] != '(')
        {
            return null;
        }

        var start = ++index;
        for (var open = 1; index < format.Length; index++)
        {
            open +=
                format[index] == '(' ? 1
                : format[index] == ')' ? -1
                : 0;
            if (open == 0)
            {
                return format[start..index++];
            }
        }

        throw context.Error("incomplete format key: a ')' is missing");
    }

    private static int? ReadNumber(string format, ref int index, Arguments arguments, RenderContext context)
    {
        if (index < format.Length && format[index] == '*')
        {
            index++;
            return PythonNumbers.TryInteger(arguments.Take(null), out var given) && given > int.MinValue && given <= int.MaxValue
                ? (int)given
                : throw context.Error("* wants int");
        }

        var start = index;
        long number = 0;
        while (index < format.Length && char.IsAsciiDigit(format[index]))
        {
            number = (number * 10) + format[index++] - '0';
            context.CheckTextLength(number);
        }

        return index == start ? null : (int)number;
    }

    private static string Convert(PercentSpec spec, TemplateValue value, RenderContext context)
    {
        switch (spec.Conversion)
        {
            case 's':
                return Pad(spec, PythonText.Display(value, context));
            case 'r':
                return Pad(spec, PythonText.Represent(value, context));
            case 'a':
                return Pad(spec, PythonText.RepresentAscii(value, context));
            case 'c':
                return Pad(spec with { Precision = null }, Character(value, context));
            case 'd' or 'i' or 'u' or 'o' or 'x' or 'X' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                // Digits are computed with numbers of as many places.
                long places = Math.Min(spec.Precision ?? 0, MaximumPrecision);
                context.Spend(1 + (places * places / 4096));
                return spec.Precision > MaximumPrecision
                    ? throw context.Error($"A precision of {spec.Precision} is more than allowed ({MaximumPrecision})")
                    : PercentNumbers.Convert(spec, value, context);
            default:
                throw context.Error($"unsupported format character '{spec.Conversion}'");
        }
    }

    private static string Pad(PercentSpec spec, string text)
    {
        if (spec.Precision is { } most)
        {
            text = PythonSlices.Slice(text, null, most, 1);
        }

        var missing = Math.Max(0, spec.Width - PythonSlices.Length(text));
        return spec.Has('-') ? text + new string(' ', missing) : new string(' ', missing) + text;
    }

    private static string Character(TemplateValue value, RenderContext context)
    {
        if (value is TextValue text && PythonSlices.Length(text.Text) == 1)
        {
            return text.Text;
        }

        return PythonNumbers.TryInteger(value, out var code) && code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code)
            ? new Rune((int)code).ToString()
            : throw context.Error("%c requires an int that is a character, or a text of one");
    }

    /// <summary>The values of a format, taken one by one or by their keys.</summary>
    private sealed class Arguments(TemplateValue value, RenderContext context)
    {
        private readonly IReadOnlyList<TemplateValue> _values = value is SequenceValue { Kind: SequenceKind.Tuple } tuple
            ? tuple.Items
            : [value];

        private int _used;

        public TemplateValue Take(string? key)
        {
            if (key is null)
            {
                return _used < _values.Count ? _values[_used++] : throw context.Error("not enough arguments for format string");
            }

            var mapping = value as DictionaryValue ?? throw context.Error("format requires a mapping");
            return mapping.Entries.GetValueOrDefault(new TextValue(key))
                ?? throw context.Error($"the format needs the key '{key}', which the mapping lacks");
        }

        public void CheckAllUsed()
        {
            // Python counts only where the value cannot be asked for items.
            if (_used < _values.Count && value is not (DictionaryValue or SequenceValue { Kind: SequenceKind.List or SequenceKind.Range }))
            {
                throw context.Error("not all arguments converted during string formatting");
            }
        }
    }
}
