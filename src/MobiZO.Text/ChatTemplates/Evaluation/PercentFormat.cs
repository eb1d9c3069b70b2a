using System.Globalization;
using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>Python's <c>'%s' % value</c> with plain %s, %r, %d, %i and %%.</summary>
internal static class PercentFormat
{
    /// <summary>Fills a format with one value or the items of a tuple.</summary>
    public static string Apply(string format, TemplateValue value, RenderContext context)
    {
        var values = value is SequenceValue { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [value];
        var used = 0;
        var builder = new StringBuilder();
        for (var index = 0; index < format.Length; index++)
        {
            if (format[index] != '%')
            {
                builder.Append(format[index]);
                continue;
            }

            var conversion = ++index < format.Length ? format[index] : throw context.Error("incomplete format: the text ends with '%'");
            if (conversion == '%')
            {
                builder.Append('%');
                continue;
            }

            if (conversion is not ('s' or 'r' or 'd' or 'i'))
            {
                throw context.Error($"The format '%{conversion}' is not supported; use %s, %r or %d");
            }

            var argument = used < values.Count ? values[used++] : throw context.Error("not enough arguments for format string");
            builder.Append(Convert(conversion, argument, context));
            context.CheckTextLength(builder.Length);
        }

        return used == values.Count || value is DictionaryValue
            ? builder.ToString()
            : throw context.Error("not all arguments converted during string formatting");
    }

    private static string Convert(char conversion, TemplateValue value, RenderContext context)
    {
        if (conversion is 's')
        {
            return PythonText.Display(value, context);
        }

        if (conversion is 'r')
        {
            return PythonText.Represent(value, context);
        }

        if (PythonNumbers.TryInteger(value, out var integer))
        {
            return integer.ToString(CultureInfo.InvariantCulture);
        }

        return value is FloatValue { Value: var number } && double.IsFinite(number)
            ? new System.Numerics.BigInteger(number).ToString(CultureInfo.InvariantCulture)
            : throw context.Error($"%{conversion} format: a number is required, not {value.TypeName}");
    }
}
