using System.Globalization;
using System.Numerics;
using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

internal static partial class Operators
{
    /// <summary>An arithmetic operation by its spelling.</summary>
    public static TemplateValue Calculate(string symbol, TemplateValue left, TemplateValue right, RenderContext context)
    {
        context.Spend(left.Weight + right.Weight);
        switch (symbol, left, right)
        {
            case ("+", TextValue leftText, TextValue rightText):
                context.CheckTextLength((long)leftText.Text.Length + rightText.Text.Length);
                return new TextValue(leftText.Text + rightText.Text);
            case ("+", SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } leftItems, SequenceValue rightItems)
                when leftItems.Kind == rightItems.Kind:
                context.CheckItemCount((long)leftItems.Items.Count + rightItems.Items.Count);
                return context.Sequence(leftItems.Kind, [.. leftItems.Items, .. rightItems.Items]);
            case ("*", TextValue or SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple }, _)
                when PythonNumbers.TryInteger(right, out var count):
                return Repeat(left, count, context);
            case ("*", _, TextValue or SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple })
                when PythonNumbers.TryInteger(left, out var count):
                return Repeat(right, count, context);
            case ("%", TextValue format, not UndefinedValue):
                return context.Text(PercentFormat.Apply(format.Text, right, context));
        }

        RequireDefined(left, context);
        RequireDefined(right, context);
        if (!PythonNumbers.IsNumber(left) || !PythonNumbers.IsNumber(right))
        {
            throw context.Error(
                symbol == "+" && left is TextValue
                    ? $"can only concatenate str (not \"{right.TypeName}\") to str"
                    : $"unsupported operand type(s) for {symbol}: '{left.TypeName}' and '{right.TypeName}'"
            );
        }

        return PythonNumbers.TryInteger(left, out var leftInteger) && PythonNumbers.TryInteger(right, out var rightInteger)
            ? CalculateIntegers(symbol, leftInteger, rightInteger, context)
            : new FloatValue(CalculateFloats(symbol, PythonNumbers.ToDouble(left), PythonNumbers.ToDouble(right), context));
    }

    /// <summary><c>-x</c> or <c>+x</c>.</summary>
    public static TemplateValue Sign(bool isNegative, TemplateValue value, RenderContext context)
    {
        RequireDefined(value, context);
        if (PythonNumbers.TryInteger(value, out var integer))
        {
            return new IntegerValue(isNegative ? -integer : integer);
        }

        return value is FloatValue number
            ? new FloatValue(isNegative ? -number.Value : number.Value)
            : throw context.Error($"bad operand type for unary {(isNegative ? '-' : '+')}: '{value.TypeName}'");
    }

    /// <summary><c>a ~ b ~ c</c>: the displayed texts, joined.</summary>
    public static TextValue Concatenate(IEnumerable<TemplateValue> parts, RenderContext context)
    {
        var builder = new StringBuilder();
        foreach (var part in parts)
        {
            builder.Append(PythonText.Display(part, context));
            context.CheckTextLength(builder.Length);
        }

        return context.Text(builder.ToString());
    }

    private static TemplateValue Repeat(TemplateValue value, BigInteger count, RenderContext context)
    {
        var times = count.Sign < 0 ? 0 : (int)BigInteger.Min(count, int.MaxValue);
        if (value is TextValue text)
        {
            context.CheckTextLength((long)text.Text.Length * times);
            return context.Text(new StringBuilder().Insert(0, text.Text, text.Text.Length == 0 ? 0 : times).ToString());
        }

        var sequence = (SequenceValue)value;
        context.CheckItemCount((long)sequence.Items.Count * times);
        var items = sequence.Items.Count == 0 ? [] : Enumerable.Repeat(sequence.Items, times).SelectMany(item => item).ToList();
        return context.Sequence(sequence.Kind, items);
    }

    private static TemplateValue CalculateIntegers(string symbol, BigInteger left, BigInteger right, RenderContext context)
    {
        if (right.IsZero && symbol is "/" or "//" or "%")
        {
            throw context.Error("division by zero");
        }

        switch (symbol)
        {
            case "+":
                return Integer(left + right, context);
            case "-":
                return Integer(left - right, context);
            case "*":
                return Integer(left * right, context);
            case "/":
                return new FloatValue(Finite((double)left / (double)right, context));
            case "//":
                return Integer((left - Modulo(left, right)) / right, context);
            case "%":
                return Integer(Modulo(left, right), context);
            default:
                return Power(left, right, context);
        }
    }

    /// <summary>The remainder with the sign of the divisor.</summary>
    private static BigInteger Modulo(BigInteger left, BigInteger right)
    {
        var remainder = BigInteger.Remainder(left, right);
        return !remainder.IsZero && (remainder.Sign < 0) != (right.Sign < 0) ? remainder + right : remainder;
    }

    private static TemplateValue Power(BigInteger left, BigInteger right, RenderContext context)
    {
        if (right.Sign < 0)
        {
            return left.IsZero
                ? throw context.Error("zero cannot be raised to a negative power")
                : new FloatValue(Finite(Math.Pow((double)left, (double)right), context));
        }

        if (left.IsOne || left.IsZero)
        {
            return new IntegerValue(right.IsZero ? BigInteger.One : left);
        }

        var isSmall =
            right <= TemplateLimits.MaximumIntegerBits
            && left.GetBitLength() * (long)right <= TemplateLimits.MaximumIntegerBits + (long)right;
        if (left == BigInteger.MinusOne)
        {
            return new IntegerValue(right.IsEven ? BigInteger.One : left);
        }

        return isSmall ? Integer(BigInteger.Pow(left, (int)right), context) : throw TooLarge(context);
    }

    private static IntegerValue Integer(BigInteger value, RenderContext context) =>
        value.GetBitLength() <= TemplateLimits.MaximumIntegerBits ? new IntegerValue(value) : throw TooLarge(context);

    private static ChatTemplateException TooLarge(RenderContext context) =>
        context.Error($"An integer has more than {TemplateLimits.MaximumIntegerBits.ToString(CultureInfo.InvariantCulture)} bits");

    private static double CalculateFloats(string symbol, double left, double right, RenderContext context)
    {
        if (right == 0 && symbol is "/" or "//" or "%")
        {
            throw context.Error("float division by zero");
        }

        return symbol switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "//" => Math.Floor(left / right),
            "%" => left - (right * Math.Floor(left / right)),
            _ when left == 0 && right < 0 => throw context.Error("zero cannot be raised to a negative power"),
            _ when left < 0 && !double.IsInteger(right) => throw context.Error("A negative number raised to a fraction is not supported"),
            _ => Finite(Math.Pow(left, right), context),
        };
    }

    private static double Finite(double value, RenderContext context) =>
        double.IsInfinity(value) ? throw context.Error("The result is too large for a float") : value;
}
