namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Arguments in the order of the parameters of the callee; a parameter that was not given is null.</summary>
internal sealed class BoundArguments(
    string callee,
    string[] names,
    TemplateValue?[] slots,
    IReadOnlyList<TemplateValue> rest,
    IReadOnlyDictionary<string, TemplateValue> otherNamed,
    RenderContext context
)
{
    public RenderContext Context { get; } = context;

    /// <summary>Positional arguments beyond the parameters.</summary>
    public IReadOnlyList<TemplateValue> Rest { get; } = rest;

    /// <summary>Named arguments beyond the parameters.</summary>
    public IReadOnlyDictionary<string, TemplateValue> OtherNamed { get; } = otherNamed;

    public TemplateValue? this[int index] => slots[index];

    public TemplateValue Required(int index) => slots[index] ?? throw Context.Error($"{callee}() misses its argument '{names[index]}'");

    public string Text(int index) => Required(index) is TextValue text ? text.Text : throw Wrong(index, "text");

    public string Text(int index, string fallback) => slots[index] is null ? fallback : Text(index);

    /// <summary>A text, or null where none was given or it is none.</summary>
    public string? TextOrNull(int index) => slots[index] is null or NoneValue ? null : Text(index);

    public bool Flag(int index, bool fallback = false) => slots[index]?.IsTrue ?? fallback;

    /// <summary>An integer, cut to the range of an int.</summary>
    public int Integer(int index) =>
        PythonNumbers.TryInteger(Required(index), out var value)
            ? (int)System.Numerics.BigInteger.Max(int.MinValue, System.Numerics.BigInteger.Min(int.MaxValue, value))
            : throw Wrong(index, "an integer");

    public int Integer(int index, int fallback) => slots[index] is null ? fallback : Integer(index);

    public ChatTemplateException Wrong(int index, string expected) =>
        Context.Error($"{callee}() needs {expected} for '{names[index]}', got '{slots[index]?.TypeName}'");
}
