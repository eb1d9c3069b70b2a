using System.Globalization;
using System.Numerics;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>The numbers of a <c>%</c> format.</summary>
internal static class PercentNumbers
{
    private const int DefaultPrecision = 6;

    public static string Convert(PercentSpec spec, TemplateValue value, RenderContext context) =>
        spec.Conversion is 'd' or 'i' or 'u' or 'o' or 'x' or 'X' ? Integer(spec, value, context) : Float(spec, value, context);

    private static string Integer(PercentSpec spec, TemplateValue value, RenderContext context)
    {
        var isDecimal = spec.Conversion is 'd' or 'i' or 'u';
        if (!PythonNumbers.TryInteger(value, out var integer))
        {
            integer =
                isDecimal && value is FloatValue { Value: var number } && double.IsFinite(number)
                    ? new BigInteger(number)
                    : throw context.Error(
                        $"%{spec.Conversion} format: {(isDecimal ? "a real number" : "an integer")} is required, not {value.TypeName}"
                    );
        }

        var magnitude = BigInteger.Abs(integer);
        var (prefix, digits) = spec.Conversion switch
        {
            'o' => ("0o", PythonNumbers.ToBase(magnitude, 8)),
            'x' => ("0x", PythonNumbers.ToBase(magnitude, 16)),
            'X' => ("0X", PythonNumbers.ToBase(magnitude, 16).ToUpperInvariant()),
            _ => (string.Empty, magnitude.ToString(CultureInfo.InvariantCulture)),
        };
        digits = digits.PadLeft(spec.Precision ?? 0, '0');
        return spec.Fill(integer.Sign < 0, spec.Has('#') ? prefix : string.Empty, digits);
    }

    private static string Float(PercentSpec spec, TemplateValue value, RenderContext context)
    {
        if (!PythonNumbers.IsNumber(value))
        {
            throw context.Error($"must be real number, not {value.TypeName}");
        }

        var number = PythonNumbers.ToDouble(value);
        if (double.IsInfinity(number) && value is not FloatValue)
        {
            throw context.Error("int too large to convert to float");
        }

        var isNegative = double.IsNegative(number) && !double.IsNaN(number);
        var text = double.IsFinite(number) ? Digits(spec, Math.Abs(number)) : PythonNumbers.Format(Math.Abs(number));
        return spec.Fill(isNegative, string.Empty, char.IsAsciiLetterUpper(spec.Conversion) ? text.ToUpperInvariant() : text);
    }

    private static string Digits(PercentSpec spec, double number)
    {
        var precision = spec.Precision ?? DefaultPrecision;
        switch (char.ToLowerInvariant(spec.Conversion))
        {
            case 'f':
                return Fixed(number, precision, spec.Has('#'));
            case 'e':
                return Scientific(number, precision, spec.Has('#'));
            default:
                precision = Math.Max(1, precision);
                var exponent = ExactDecimal.Exponent(number, precision);
                var text =
                    exponent < -4 || exponent >= precision
                        ? Scientific(number, precision - 1, spec.Has('#'))
                        : Fixed(number, precision - 1 - exponent, spec.Has('#'));
                return spec.Has('#') ? text : WithoutZeros(text);
        }
    }

    private static string Fixed(double number, int decimals, bool keepsPoint)
    {
        var digits = ExactDecimal.Scaled(number, decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals > 0 ? $"{digits[..^decimals]}.{digits[^decimals..]}"
            : keepsPoint ? digits + "."
            : digits;
    }

    private static string Scientific(double number, int decimals, bool keepsPoint)
    {
        var exponent = ExactDecimal.Exponent(number, decimals + 1);
        var digits = ExactDecimal.Scaled(number, decimals - exponent).ToString(CultureInfo.InvariantCulture).PadRight(decimals + 1, '0');
        var point = decimals > 0 || keepsPoint ? "." : string.Empty;
        var magnitude = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        return $"{digits[0]}{point}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{magnitude}";
    }

    private static string WithoutZeros(string text)
    {
        var mark = text.IndexOf('e', StringComparison.Ordinal);
        var (digits, exponent) = mark < 0 ? (text, string.Empty) : (text[..mark], text[mark..]);
        return digits.Contains('.', StringComparison.Ordinal) ? digits.TrimEnd('0').TrimEnd('.') + exponent : text;
    }
}
