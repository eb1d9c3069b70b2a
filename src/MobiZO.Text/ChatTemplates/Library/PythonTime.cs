using System.Globalization;
using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Formats a time by Python's strftime codes, with English names.</summary>
internal static class PythonTime
{
    /// <summary>Fills a format.</summary>
    /// <exception cref="ChatTemplateException">The format holds a code that is not supported.</exception>
    public static string Format(DateTime time, string format, RenderContext context)
    {
        var builder = new StringBuilder();
        for (var index = 0; index < format.Length; index++)
        {
            if (format[index] != '%')
            {
                builder.Append(format[index]);
                continue;
            }

            var isUnpadded = index + 1 < format.Length && format[index + 1] == '-';
            index += isUnpadded ? 2 : 1;
            var text = index < format.Length ? Code(time, format[index]) : null;
            text = text ?? throw context.Error($"The time format '{format}' ends with '%' or holds a code that is not supported");
            builder.Append(isUnpadded ? text.TrimStart('0').PadLeft(1, '0') : text);
        }

        return builder.ToString();
    }

    private static string? Code(DateTime time, char code)
    {
        var pattern = code switch
        {
            'a' => "ddd",
            'A' => "dddd",
            'b' or 'h' => "MMM",
            'B' => "MMMM",
            'd' => "dd",
            'D' => "MM/dd/yy",
            'f' => "ffffff",
            'F' => "yyyy-MM-dd",
            'H' => "HH",
            'I' => "hh",
            'm' => "MM",
            'M' => "mm",
            'p' => "tt",
            'R' => "HH:mm",
            'S' => "ss",
            'T' or 'X' => "HH:mm:ss",
            'x' => "MM/dd/yy",
            'y' => "yy",
            'Y' => "yyyy",
            _ => null,
        };
        return code switch
        {
            '%' => "%",
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'n' => "\n",
            't' => "\t",
            'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            _ => pattern is null ? null : time.ToString(pattern, CultureInfo.InvariantCulture),
        };
    }
}
