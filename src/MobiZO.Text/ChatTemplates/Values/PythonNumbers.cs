using System.Globalization;
using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Numbers as Python sees them: True is 1, integers are exact, floats print in their shortest form.</summary>
internal static class PythonNumbers
{
    public static bool IsNumber(TemplateValue value) => value is BooleanValue or IntegerValue or FloatValue;

    /// <summary>Reads an integer or boolean.</summary>
    public static bool TryInteger(TemplateValue value, out BigInteger integer)
    {
        switch (value)
        {
            case IntegerValue number:
                integer = number.Value;
                return true;
            case BooleanValue boolean:
                integer = boolean.Value ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                integer = default;
                return false;
        }
    }

    /// <summary>Reads an integer as Python's <c>int(text, base)</c> does.</summary>
    /// <param name="text">Digits with an optional sign, prefix (0x, 0o, 0b) and underscores between them; space around them.</param>
    /// <param name="radix">2 to 36, or 0 to take it from the prefix.</param>
    /// <param name="integer">The value.</param>
    public static bool TryParse(string text, int radix, out BigInteger integer)
    {
        integer = BigInteger.Zero;
        var rest = PythonCharacters.Trim(text);
        var isNegative = rest.StartsWith('-');
        rest = isNegative || rest.StartsWith('+') ? rest[1..] : rest;
        var isPrefixed = rest.Length > 1 && rest[0] == '0' && PrefixBase(rest[1]) is { } named && (radix == 0 || radix == named);
        if (isPrefixed)
        {
            radix = PrefixBase(rest[1])!.Value;
            rest = rest[2..];
            rest = rest.StartsWith('_') ? rest[1..] : rest;
        }
        else if (radix == 0)
        {
            // Without a prefix only zero may begin with a zero.
            radix = 10;
            if (rest.StartsWith('0') && rest.Any(digit => digit is not ('0' or '_')))
            {
                return false;
            }
        }

        if (radix is < 2 or > 36 || rest.Length == 0 || rest.Length > TemplateLimits.MaximumIntegerBits)
        {
            return false;
        }

        for (var index = 0; index < rest.Length; index++)
        {
            var isBetween = index > 0 && index < rest.Length - 1 && rest[index - 1] != '_';
            if (rest[index] == '_' && isBetween)
            {
                continue;
            }

            var digit = DigitOf(rest[index]);
            if (digit < 0 || digit >= radix)
            {
                return false;
            }

            integer = (integer * radix) + digit;
            if (integer.GetBitLength() > TemplateLimits.MaximumIntegerBits)
            {
                return false;
            }
        }

        integer = isNegative ? -integer : integer;
        return true;
    }

    /// <summary>Digits of a number that is not negative; letters are small.</summary>
    public static string ToBase(BigInteger number, int radix)
    {
        var digits = new Stack<char>();
        do
        {
            number = BigInteger.DivRem(number, radix, out var digit);
            digits.Push("0123456789abcdefghijklmnopqrstuvwxyz"[(int)digit]);
        } while (!number.IsZero);
        return string.Concat(digits);
    }

    /// <summary>The value of any number as a float; infinite where an integer is too large.</summary>
    public static double ToDouble(TemplateValue value) =>
        value is FloatValue number ? number.Value
        : TryInteger(value, out var integer) ? (double)integer
        : double.NaN;

    /// <summary>Exact order of two numbers; null when one of them is not a number (NaN).</summary>
    public static int? Compare(TemplateValue left, TemplateValue right)
    {
        var leftIsInteger = TryInteger(left, out var leftInteger);
        var rightIsInteger = TryInteger(right, out var rightInteger);
        if (leftIsInteger && rightIsInteger)
        {
            return leftInteger.CompareTo(rightInteger);
        }

        if (leftIsInteger)
        {
            return Compare(leftInteger, ToDouble(right));
        }

        if (rightIsInteger)
        {
            return -Compare(rightInteger, ToDouble(left));
        }

        var (leftFloat, rightFloat) = (ToDouble(left), ToDouble(right));
        return double.IsNaN(leftFloat) || double.IsNaN(rightFloat) ? null : leftFloat.CompareTo(rightFloat);
    }

    /// <summary>The shortest text that reads back as the same float, laid out as Python's repr does.</summary>
    public static string Format(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        var roundTrip = value.ToString("R", CultureInfo.InvariantCulture);
        var sign = roundTrip[0] == '-' ? "-" : string.Empty;
        var (digits, exponent) = DigitsOf(roundTrip.AsSpan(sign.Length));
        if (digits == "0")
        {
            return sign + "0.0";
        }

        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : string.Empty;
            var magnitude = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{magnitude}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        var whole = digits.PadRight(exponent + 1, '0');
        return whole.Length == exponent + 1 ? $"{sign}{whole}.0" : $"{sign}{whole[..(exponent + 1)]}.{whole[(exponent + 1)..]}";
    }

    /// <summary>Significant digits without outer zeros, and the power of ten of the first of them.</summary>
    private static (string Digits, int Exponent) DigitsOf(ReadOnlySpan<char> text)
    {
        var exponent = 0;
        var mark = text.IndexOf('E');
        if (mark >= 0)
        {
            exponent = int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        var point = text.IndexOf('.');
        var whole = point < 0 ? text.Length : point;
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        var leadingZeros = digits.Length - digits.TrimStart('0').Length;
        var significant = digits.Trim('0');
        return significant.Length == 0 ? ("0", 0) : (significant, exponent + whole - 1 - leadingZeros);
    }

    private static int? PrefixBase(char letter) =>
        letter switch
        {
            'x' or 'X' => 16,
            'o' or 'O' => 8,
            'b' or 'B' => 2,
            _ => null,
        };

    private static int DigitOf(char character) =>
        char.IsAsciiLetter(character) ? char.ToLowerInvariant(character) - 'a' + 10
        : char.IsDigit(character) ? (int)CharUnicodeInfo.GetNumericValue(character)
        : -1;

    private static int? Compare(BigInteger integer, double number)
    {
        if (double.IsNaN(number))
        {
            return null;
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? -1 : 1;
        }

        var whole = Math.Truncate(number);
        var order = integer.CompareTo(new BigInteger(whole));
        return order != 0 ? order : 0d.CompareTo(number - whole);
    }
}
