using System.Numerics;
using MobiZO.Text.ChatTemplates.Library;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>
/// Attributes and items of values. As in Jinja, <c>a.b</c> looks for a method first and <c>a['b']</c> for an item first.
/// </summary>
internal static class Members
{
    /// <summary>Longest name that an error message shows in full.</summary>
    private const int MaximumShownName = 100;

    /// <summary>Methods that would change their object; the sandbox hides them.</summary>
    private static readonly Dictionary<string, string[]> s_mutators = new(StringComparer.Ordinal)
    {
        ["list"] = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"],
        ["dict"] = ["clear", "pop", "popitem", "setdefault", "update"],
    };

    /// <summary><c>value.name</c></summary>
    public static TemplateValue Attribute(TemplateValue value, string name, RenderContext context)
    {
        Operators.RequireDefined(value, context);
        return FindAttribute(value, name, context) ?? FindItem(value, new TextValue(name), context) ?? Missing(value, name);
    }

    /// <summary><c>value[key]</c></summary>
    public static TemplateValue Item(TemplateValue value, TemplateValue key, RenderContext context)
    {
        Operators.RequireDefined(value, context);
        if (FindItem(value, key, context) is { } item)
        {
            return item;
        }

        return key is TextValue name
            ? FindAttribute(value, name.Text, context) ?? Missing(value, name.Text)
            : new UndefinedValue($"{Describe(value)} has no element {PythonText.Represent(key, context)}");
    }

    /// <summary><c>value[start:stop:step]</c></summary>
    public static TemplateValue Slice(
        TemplateValue value,
        TemplateValue? start,
        TemplateValue? stop,
        TemplateValue? step,
        RenderContext context
    )
    {
        Operators.RequireDefined(value, context);
        context.Spend(value.Weight);
        var stride = SliceBound(step, context) ?? BigInteger.One;
        if (stride.IsZero)
        {
            throw context.Error("slice step cannot be zero");
        }

        var (first, end) = (SliceBound(start, context), SliceBound(stop, context));
        switch (value)
        {
            case TextValue text:
                return context.Text(PythonSlices.Slice(text.Text, first, end, stride));
            case SequenceValue { IsIndexable: true } sequence:
                var positions = PythonSlices.Positions(first, end, stride, sequence.Items.Count);
                var items = positions.Select(position => sequence.Items[position]).ToList();
                return sequence.Bounds is { } bounds
                    ? context.Range(bounds.Slice(first, end, stride, sequence.Items.Count), items)
                    : context.Sequence(sequence.Kind == SequenceKind.Tuple ? SequenceKind.Tuple : SequenceKind.List, items);
            default:
                return new UndefinedValue($"{Describe(value)} cannot be sliced");
        }
    }

    /// <summary>Follows a dotted path such as <c>function.name</c> or <c>items.0</c>, as the attribute arguments of filters do.</summary>
    public static TemplateValue Path(TemplateValue value, TemplateValue path, RenderContext context)
    {
        if (path is not TextValue text)
        {
            return Item(value, path, context);
        }

        foreach (var part in text.Text.Split('.'))
        {
            var isIndex = part.Length > 0 && part.All(char.IsAsciiDigit) && part.Length < 10;
            TemplateValue key = isIndex
                ? new IntegerValue(BigInteger.Parse(part, System.Globalization.CultureInfo.InvariantCulture))
                : new TextValue(part);
            value = Item(value, key, context);
        }

        return value;
    }

    private static TemplateValue? FindAttribute(TemplateValue value, string name, RenderContext context)
    {
        context.Spend();
        if (
            name.StartsWith("__", StringComparison.Ordinal)
            || (s_mutators.TryGetValue(value.TypeName, out var mutators) && mutators.Contains(name))
        )
        {
            return new UndefinedValue($"access to attribute '{Shorten(name)}' of '{value.TypeName}' object is unsafe.");
        }

        switch (value)
        {
            case TextValue text:
                return TextMethods.All.Bound(text.Text, name, "str");
            case DictionaryValue dictionary:
                return ContainerMethods.OfDictionaries.Bound(dictionary, name, "dict");
            case SequenceValue { FieldNames: { } fields } sequence when fields.Contains(name, StringComparer.Ordinal):
                return sequence.Items[fields.ToList().IndexOf(name)];
            case SequenceValue { Bounds: { } bounds } when RangeAttribute(bounds, name) is { } number:
                return number;
            case SequenceValue { IsIndexable: true } sequence:
                return ContainerMethods.OfSequences.Bound(sequence, name, sequence.TypeName);
            case NamespaceValue holder:
                return holder.Attributes.GetValueOrDefault(name);
            case LoopValue loop:
                return loop.Find(name);
            case Cycler cycler:
                return cycler.Find(name, context);
            case MacroValue macro:
                return macro.Find(name, context);
            default:
                return null;
        }
    }

    private static IntegerValue? RangeAttribute(RangeBounds bounds, string name) =>
        name switch
        {
            "start" => new IntegerValue(bounds.Start),
            "stop" => new IntegerValue(bounds.Stop),
            "step" => new IntegerValue(bounds.Step),
            _ => null,
        };

    private static TemplateValue? FindItem(TemplateValue value, TemplateValue key, RenderContext context)
    {
        switch (value)
        {
            case DictionaryValue dictionary:
                return KeyComparer.IsKey(key) ? dictionary.Entries.GetValueOrDefault(context.Key(key)) : null;
            case SequenceValue { IsIndexable: true } sequence when PythonNumbers.TryInteger(key, out var index):
                return PythonSlices.Resolve(index, sequence.Items.Count) is { } position ? sequence.Items[position] : null;
            case TextValue text when PythonNumbers.TryInteger(key, out var index):
                context.Spend(text.Weight);
                var piece = PythonSlices.Resolve(index, PythonSlices.Length(text.Text)) is { } at
                    ? PythonSlices.Slice(text.Text, at, at + 1, 1)
                    : null;
                return piece is null ? null : new TextValue(piece);
            default:
                return null;
        }
    }

    private static UndefinedValue Missing(TemplateValue value, string name) => new($"{Describe(value)} has no attribute '{Shorten(name)}'");

    private static string Shorten(string name) => name.Length > MaximumShownName ? name[..MaximumShownName] + "..." : name;

    private static string Describe(TemplateValue value) =>
        value switch
        {
            NoneValue => "'None'",
            // Objects of Jinja are named with their module.
            NamespaceValue or CallableValue { TypeName: "Joiner" } or Cycler => $"'jinja2.utils.{value.TypeName} object'",
            LoopValue or MacroValue => $"'jinja2.runtime.{value.TypeName} object'",
            _ => $"'{value.TypeName} object'",
        };

    private static BigInteger? SliceBound(TemplateValue? value, RenderContext context)
    {
        if (value is null or NoneValue)
        {
            return null;
        }

        return PythonNumbers.TryInteger(value, out var bound)
            ? bound
            : throw context.Error($"slice indices must be integers or none, got '{value.TypeName}'");
    }
}
