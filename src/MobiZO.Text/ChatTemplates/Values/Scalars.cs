using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

internal sealed class NoneValue : TemplateValue
{
    private NoneValue() { }

    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

internal sealed class BooleanValue : TemplateValue
{
    private BooleanValue(bool value)
    {
        Value = value;
    }

    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public bool Value { get; }

    public override string TypeName => "bool";

    public override bool IsTrue => Value;

    public static BooleanValue Of(bool value) => value ? True : False;
}

internal sealed class IntegerValue(BigInteger value) : TemplateValue
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;

    public override long Weight => 1 + (Value.GetBitLength() / 256);
}

internal sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}

internal sealed class TextValue(string text) : TemplateValue
{
    public static TextValue Empty { get; } = new(string.Empty);

    public string Text { get; } = text;

    public override string TypeName => "str";

    public override bool IsTrue => Text.Length > 0;

    public override long Weight => 1 + (Text.Length / 16);
}

/// <summary>
/// The value of a name, attribute or item that does not exist. It prints as nothing and is false. Nearly everything else is an error.
/// </summary>
/// <param name="message">What is missing: the text of that error.</param>
internal sealed class UndefinedValue(string message) : TemplateValue
{
    public string Message { get; } = message;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;
}
