using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>Comparison, membership and iteration with Python's meaning. Arithmetic is in the facet beside it.</summary>
internal static partial class Operators
{
    /// <summary>Python's <c>==</c>.</summary>
    public static bool AreEqual(TemplateValue left, TemplateValue right, RenderContext context)
    {
        context.Spend();
        switch (left, right)
        {
            case (TextValue leftText, TextValue rightText):
                context.Spend(leftText.Text.Length == rightText.Text.Length ? leftText.Weight : 1);
                return leftText.Text == rightText.Text;
            case (UndefinedValue, UndefinedValue):
                return true;
            case (SequenceValue leftItems, SequenceValue rightItems):
                return leftItems.Kind == rightItems.Kind
                    && leftItems.Items.Count == rightItems.Items.Count
                    && leftItems.Items.Zip(rightItems.Items).All(pair => AreEqual(pair.First, pair.Second, context));
            case (DictionaryValue leftEntries, DictionaryValue rightEntries):
                return leftEntries.Entries.Count == rightEntries.Entries.Count
                    && leftEntries.Entries.All(entry =>
                        rightEntries.Entries.TryGetValue(context.Key(entry.Key), out var other) && AreEqual(entry.Value, other, context)
                    );
            default:
                return PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right)
                    ? PythonNumbers.Compare(left, right) == 0
                    : ReferenceEquals(left, right);
        }
    }

    /// <summary>Python's order; null when the two have none because one is not a number.</summary>
    public static int? Compare(string symbol, TemplateValue left, TemplateValue right, RenderContext context)
    {
        context.Spend();
        switch (left, right)
        {
            case (TextValue leftText, TextValue rightText):
                context.Spend(Math.Min(leftText.Weight, rightText.Weight));
                return PythonCharacters.Compare(leftText.Text, rightText.Text);
            case (SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } leftItems, SequenceValue rightItems)
                when leftItems.Kind == rightItems.Kind:
                foreach (var (leftItem, rightItem) in leftItems.Items.Zip(rightItems.Items))
                {
                    if (!AreEqual(leftItem, rightItem, context))
                    {
                        return Compare(symbol, leftItem, rightItem, context);
                    }
                }

                return leftItems.Items.Count.CompareTo(rightItems.Items.Count);
            default:
                RequireDefined(left, context);
                RequireDefined(right, context);
                return PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right)
                    ? PythonNumbers.Compare(left, right)
                    : throw context.Error($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    /// <summary>One comparison by its spelling, <c>in</c> and <c>not in</c> included.</summary>
    public static bool Test(string symbol, TemplateValue left, TemplateValue right, RenderContext context) =>
        symbol switch
        {
            "==" => AreEqual(left, right, context),
            "!=" => !AreEqual(left, right, context),
            "in" => Contains(right, left, context),
            "not in" => !Contains(right, left, context),
            "<" => Compare(symbol, left, right, context) < 0,
            "<=" => Compare(symbol, left, right, context) <= 0,
            ">" => Compare(symbol, left, right, context) > 0,
            _ => Compare(symbol, left, right, context) >= 0,
        };

    /// <summary>Python's <c>in</c>.</summary>
    public static bool Contains(TemplateValue container, TemplateValue item, RenderContext context)
    {
        switch (container)
        {
            case TextValue text when item is TextValue part:
                return IndexOf(text.Text, part.Text, 0, context) >= 0;
            case TextValue:
                RequireDefined(item, context);
                throw context.Error($"'in <string>' requires string as left operand, not {item.TypeName}");
            case DictionaryValue dictionary:
                return item is not UndefinedValue && dictionary.Entries.ContainsKey(context.Key(item));
            default:
                var items =
                    TryIterate(container, context) ?? throw context.Error($"argument of type '{container.TypeName}' is not iterable");
                return items.Any(candidate => AreEqual(candidate, item, context));
        }
    }

    /// <summary>Searches text by its characters; the cost of the worst case is counted before.</summary>
    public static int IndexOf(string text, string part, int start, RenderContext context)
    {
        context.Spend(1 + ((long)(text.Length - start) * Math.Max(1, part.Length) / 1024));
        return text.IndexOf(part, start, StringComparison.Ordinal);
    }

    /// <summary>The items that a loop over the value sees; nothing for undefined values.</summary>
    public static IReadOnlyList<TemplateValue> Iterate(TemplateValue value, RenderContext context) =>
        TryIterate(value, context) ?? throw context.Error($"'{value.TypeName}' object is not iterable");

    /// <summary>The items that a loop over the value sees, or null when it cannot be looped over.</summary>
    public static IReadOnlyList<TemplateValue>? TryIterate(TemplateValue value, RenderContext context)
    {
        context.Spend(value.Weight);
        switch (value)
        {
            case SequenceValue sequence:
                return sequence.Items;
            case IteratorValue iterator:
                return iterator.TakeAll();
            case DictionaryValue dictionary:
                return dictionary.Entries.Keys;
            case TextValue text:
                return Characters(text.Text, context);
            case UndefinedValue:
                return [];
            default:
                return null;
        }
    }

    /// <summary>Fails with the reason when a value is undefined.</summary>
    public static void RequireDefined(TemplateValue value, RenderContext context)
    {
        if (value is UndefinedValue undefined)
        {
            throw context.Error(undefined.Message);
        }
    }

    private static List<TemplateValue> Characters(string text, RenderContext context)
    {
        context.CheckItemCount(text.Length / 2);
        var characters = new List<TemplateValue>(text.Length);
        foreach (var piece in PythonSlices.Characters(text))
        {
            characters.Add(new TextValue(piece));
        }

        context.CheckItemCount(characters.Count);
        return characters;
    }
}
