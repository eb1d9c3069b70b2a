namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>How a sequence was made; it decides how it prints and what may be done with it.</summary>
internal enum SequenceKind
{
    List,
    Tuple,
    Range,
    Keys,
    Values,
    Items,
}

/// <summary>An immutable list, tuple, range or view of a dictionary.</summary>
internal sealed class SequenceValue : TemplateValue
{
    public SequenceValue(SequenceKind kind, IReadOnlyList<TemplateValue> items, IReadOnlyList<string>? fieldNames = null)
        : this(kind, items)
    {
        FieldNames = fieldNames;
    }

    /// <summary>A range.</summary>
    public SequenceValue(RangeBounds bounds, IReadOnlyList<TemplateValue> items)
        : this(SequenceKind.Range, items)
    {
        Bounds = bounds;
    }

    private SequenceValue(SequenceKind kind, IReadOnlyList<TemplateValue> items)
    {
        Kind = kind;
        Items = items;
        Depth = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max();
    }

    public static SequenceValue EmptyList { get; } = new(SequenceKind.List, []);

    public SequenceKind Kind { get; }

    public IReadOnlyList<TemplateValue> Items { get; }

    /// <summary>Names of the items of a named tuple, or null.</summary>
    public IReadOnlyList<string>? FieldNames { get; }

    /// <summary>What a range was made from, or null.</summary>
    public RangeBounds? Bounds { get; }

    public override int Depth { get; }

    public override bool IsTrue => Items.Count > 0;

    public override long Weight => 1 + Items.Count;

    public override string TypeName =>
        Kind switch
        {
            SequenceKind.List => "list",
            SequenceKind.Tuple => "tuple",
            SequenceKind.Range => "range",
            SequenceKind.Keys => "dict_keys",
            SequenceKind.Values => "dict_values",
            _ => "dict_items",
        };

    public bool IsIndexable => Kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;
}

/// <summary>What lazy filters (map, select, ...) return. It can be gone through once, is always true and has no length.</summary>
internal sealed class IteratorValue(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    private IReadOnlyList<TemplateValue> _items = items;

    public override string TypeName => "generator";

    public override int Depth { get; } = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max();

    public override long Weight => 1 + _items.Count;

    /// <summary>The items that are left; afterwards none are.</summary>
    public IReadOnlyList<TemplateValue> TakeAll()
    {
        var left = _items;
        _items = [];
        return left;
    }
}

/// <summary>An immutable dictionary in order of insertion.</summary>
internal sealed class DictionaryValue : TemplateValue
{
    public DictionaryValue(OrderedDictionary<TemplateValue, TemplateValue> entries)
    {
        Entries = entries;
        Depth = 1 + entries.Values.Select(item => item.Depth).DefaultIfEmpty().Max();
    }

    public OrderedDictionary<TemplateValue, TemplateValue> Entries { get; }

    public override string TypeName => "dict";

    public override int Depth { get; }

    public override bool IsTrue => Entries.Count > 0;

    public override long Weight => 1 + Entries.Count;

    public static OrderedDictionary<TemplateValue, TemplateValue> NewEntries() => new(KeyComparer.Instance);
}

/// <summary>What <c>namespace()</c> makes: the one kind of object whose attributes a template may set.</summary>
internal sealed class NamespaceValue : TemplateValue
{
    public OrderedDictionary<string, TemplateValue> Attributes { get; } = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";
}
