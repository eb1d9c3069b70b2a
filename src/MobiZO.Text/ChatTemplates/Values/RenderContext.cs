using System.Runtime.CompilerServices;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>What one rendering has cost so far, and the line it is at. Every unbounded operation asks here first.</summary>
internal sealed class RenderContext
{
    private long _steps;
    private int _depth;

    /// <summary>The line being evaluated, for error messages.</summary>
    public int Line { get; set; }

    public ChatTemplateException Error(string message) => new(message, Line);

    /// <summary>Counts work about to be done.</summary>
    public void Spend(long steps = 1)
    {
        _steps += steps;
        if (_steps > TemplateLimits.MaximumSteps)
        {
            throw Error($"The template does more work than allowed ({TemplateLimits.MaximumSteps} steps); it may loop without bound");
        }
    }

    /// <summary>Refuses a text before it is built.</summary>
    public void CheckTextLength(long length)
    {
        if (length > TemplateLimits.MaximumTextLength)
        {
            throw Error($"The template builds a text longer than allowed ({TemplateLimits.MaximumTextLength} characters)");
        }
    }

    /// <summary>Refuses a list before it is built.</summary>
    public void CheckItemCount(long count)
    {
        if (count > TemplateLimits.MaximumItems)
        {
            throw Error($"The template builds a list of {count} items, more than allowed ({TemplateLimits.MaximumItems})");
        }
    }

    public void Enter()
    {
        if (++_depth > TemplateLimits.MaximumRenderDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error($"The template nests or recurses deeper than allowed ({TemplateLimits.MaximumRenderDepth} levels)");
        }
    }

    public void Leave() => _depth--;

    public TextValue Text(string text)
    {
        CheckTextLength(text.Length);
        Spend(1 + (text.Length / 16));
        return new TextValue(text);
    }

    public SequenceValue List(IReadOnlyList<TemplateValue> items) => Sequence(SequenceKind.List, items);

    public SequenceValue Sequence(SequenceKind kind, IReadOnlyList<TemplateValue> items, IReadOnlyList<string>? fieldNames = null)
    {
        CheckItemCount(items.Count);
        return Checked(new SequenceValue(kind, items, fieldNames));
    }

    public SequenceValue Range(RangeBounds bounds, IReadOnlyList<TemplateValue> items)
    {
        CheckItemCount(items.Count);
        return Checked(new SequenceValue(bounds, items));
    }

    public DictionaryValue Dictionary(OrderedDictionary<TemplateValue, TemplateValue> entries)
    {
        CheckItemCount(entries.Count);
        return Checked(new DictionaryValue(entries));
    }

    public IteratorValue Iterator(IReadOnlyList<TemplateValue> items)
    {
        CheckItemCount(items.Count);
        return Checked(new IteratorValue(items));
    }

    /// <summary>A value that may be a dictionary key.</summary>
    public TemplateValue Key(TemplateValue value)
    {
        Spend(value.Weight);
        return KeyComparer.IsKey(value)
            ? value
            : throw Error($"unhashable type: '{value.TypeName}'; use text, numbers or none as dictionary keys");
    }

    private T Checked<T>(T container)
        where T : TemplateValue
    {
        Spend(container.Weight);
        return container.Depth <= 2 * ChatValue.MaximumDepth
            ? container
            : throw Error($"The template builds a value nested deeper than allowed ({2 * ChatValue.MaximumDepth} levels)");
    }
}
