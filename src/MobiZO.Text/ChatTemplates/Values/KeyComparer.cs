using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>
/// Python's equality of dictionary keys. A key is text, a number (1, 1.0 and True are one key) or none. Other kinds are refused earlier.
/// </summary>
internal sealed class KeyComparer : IEqualityComparer<TemplateValue>
{
    private KeyComparer() { }

    public static KeyComparer Instance { get; } = new();

    public static bool IsKey(TemplateValue value) => value is TextValue or NoneValue or BooleanValue or IntegerValue or FloatValue;

    public bool Equals(TemplateValue? x, TemplateValue? y) =>
        (x, y) switch
        {
            (TextValue left, TextValue right) => left.Text == right.Text,
            (NoneValue, NoneValue) => true,
            ({ } left, { } right) when PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right) => PythonNumbers.Compare(left, right)
                == 0,
            _ => false,
        };

    public int GetHashCode(TemplateValue obj) =>
        obj switch
        {
            TextValue text => text.Text.GetHashCode(StringComparison.Ordinal),
            FloatValue { Value: var value } when double.IsInteger(value) => new BigInteger(value).GetHashCode(),
            FloatValue number => number.Value.GetHashCode(),
            _ when PythonNumbers.TryInteger(obj, out var integer) => integer.GetHashCode(),
            _ => 0,
        };
}
