using System.Globalization;
using System.Numerics;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

internal static partial class Filters
{
    /// <summary>More decimal places than any float has that print differently.</summary>
    private const int MaximumPrecision = 330;

    private static Registry<TemplateValue, TemplateValue> AddNumberFilters(Registry<TemplateValue, TemplateValue> filters) =>
        filters
            .Add("abs", [], Absolute)
            .Add("int", ["default", "base"], ToInteger)
            .Add("float", ["default"], ToFloat)
            .Add("round", ["precision", "method"], Round);

    private static TemplateValue Absolute(TemplateValue value, BoundArguments arguments)
    {
        Operators.RequireDefined(value, arguments.Context);
        if (PythonNumbers.TryInteger(value, out var integer))
        {
            return new IntegerValue(BigInteger.Abs(integer));
        }

        return value is FloatValue number
            ? new FloatValue(Math.Abs(number.Value))
            : throw arguments.Context.Error($"bad operand type for abs(): '{value.TypeName}'");
    }

    private static TemplateValue ToInteger(TemplateValue value, BoundArguments arguments)
    {
        Operators.RequireDefined(value, arguments.Context);
        var radix = arguments.Integer(1, 10);
        switch (value)
        {
            case TextValue text when PythonNumbers.TryParse(text.Text, radix, out var parsed):
                return new IntegerValue(parsed);
            case TextValue text when TryFloat(text.Text) is { } number && double.IsFinite(number):
                return new IntegerValue(new BigInteger(number));
            case FloatValue { Value: var number } when double.IsFinite(number):
                return new IntegerValue(new BigInteger(number));
            default:
                return PythonNumbers.TryInteger(value, out var integer)
                    ? new IntegerValue(integer)
                    : arguments[0] ?? new IntegerValue(BigInteger.Zero);
        }
    }

    private static TemplateValue ToFloat(TemplateValue value, BoundArguments arguments)
    {
        Operators.RequireDefined(value, arguments.Context);
        if (PythonNumbers.IsNumber(value))
        {
            return new FloatValue(PythonNumbers.ToDouble(value));
        }

        return value is TextValue text && TryFloat(text.Text) is { } number ? new FloatValue(number) : arguments[0] ?? new FloatValue(0);
    }

    private static double? TryFloat(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var rest = PythonCharacters.Trim(text);
        var unsigned = rest.TrimStart('-', '+').ToLowerInvariant();
        if (unsigned is "inf" or "infinity" or "nan" && rest.Length - unsigned.Length < 2)
        {
            return unsigned == "nan" ? double.NaN
                : rest[0] == '-' ? double.NegativeInfinity
                : double.PositiveInfinity;
        }

        // Underscores may stand between digits.
        var isGrouped = rest.Select((character, index) => character != '_' || IsBetweenDigits(rest, index))
            .All(static isAllowed => isAllowed);
        rest = isGrouped ? rest.Replace("_", string.Empty, StringComparison.Ordinal) : rest;
        return double.TryParse(rest, Style, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number : null;
    }

    private static bool IsBetweenDigits(string text, int index) =>
        index > 0 && index < text.Length - 1 && char.IsAsciiDigit(text[index - 1]) && char.IsAsciiDigit(text[index + 1]);

    private static TemplateValue Round(TemplateValue value, BoundArguments arguments)
    {
        Operators.RequireDefined(value, arguments.Context);
        var (precision, method) = (arguments.Integer(0, 0), arguments.Text(1, "common"));
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw arguments.Context.Error("round() needs the method 'common', 'ceil' or 'floor'");
        }

        if (!PythonNumbers.IsNumber(value) || precision is < 0 or > MaximumPrecision)
        {
            throw arguments.Context.Error(
                $"round() needs a number and a precision from 0 to {MaximumPrecision}, got '{value.TypeName}' and {precision}"
            );
        }

        if (value is not FloatValue { Value: var number })
        {
            return method == "common" && PythonNumbers.TryInteger(value, out var integer)
                ? new IntegerValue(integer)
                : new FloatValue(PythonNumbers.ToDouble(value));
        }

        if (!double.IsFinite(number))
        {
            return value;
        }

        if (method == "common")
        {
            return new FloatValue(RoundHalfEven(number, precision));
        }

        var scale = Math.Pow(10, precision);
        return new FloatValue((method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale)) / scale);
    }

    /// <summary>Rounds the exact binary value, ties to even, as Python's round does.</summary>
    private static double RoundHalfEven(double number, int precision)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{ExactDecimal.Scaled(Math.Abs(number), precision)}E-{precision}");
        return Math.CopySign(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), number);
    }
}
