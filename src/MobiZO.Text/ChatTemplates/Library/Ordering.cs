using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Stable sorting by Python's order. Its own merge sort lets errors of a comparison through, which library sorts wrap.</summary>
internal static class Ordering
{
    /// <summary>Sorts by the items, or by one of their attributes.</summary>
    public static IReadOnlyList<TemplateValue> Sort(
        IReadOnlyList<TemplateValue> items,
        TemplateValue? attribute,
        bool isCaseSensitive,
        bool isReversed,
        RenderContext context
    ) =>
        Sort(
            items,
            item => attribute is null or NoneValue ? item : Members.Path(item, attribute, context),
            isCaseSensitive,
            isReversed,
            context
        );

    /// <summary>Sorts by a key of the items.</summary>
    public static IReadOnlyList<TemplateValue> Sort(
        IReadOnlyList<TemplateValue> items,
        Func<TemplateValue, TemplateValue> keyOf,
        bool isCaseSensitive,
        bool isReversed,
        RenderContext context
    )
    {
        var entries = items.Select(item => (Key: SortKey(keyOf(item), isCaseSensitive, context), Item: item)).ToArray();
        MergeSort(entries, new (TemplateValue Key, TemplateValue Item)[entries.Length], isReversed, context);
        return [.. entries.Select(entry => entry.Item)];
    }

    /// <summary>Text in lower case unless case counts; everything else as it is.</summary>
    public static TemplateValue SortKey(TemplateValue value, bool isCaseSensitive, RenderContext context) =>
        value is TextValue text && !isCaseSensitive ? context.Text(PythonCharacters.ToLower(text.Text)) : value;

    private static void MergeSort(
        Span<(TemplateValue Key, TemplateValue Item)> entries,
        Span<(TemplateValue Key, TemplateValue Item)> buffer,
        bool isReversed,
        RenderContext context
    )
    {
        if (entries.Length < 2)
        {
            return;
        }

        var middle = entries.Length / 2;
        MergeSort(entries[..middle], buffer[..middle], isReversed, context);
        MergeSort(entries[middle..], buffer[middle..], isReversed, context);
        var (left, right) = (0, middle);
        for (var index = 0; index < entries.Length; index++)
        {
            var takesRight =
                left == middle || (right < entries.Length && ComesFirst(entries[right].Key, entries[left].Key, isReversed, context));
            buffer[index] = entries[takesRight ? right++ : left++];
        }

        buffer[..entries.Length].CopyTo(entries);
    }

    private static bool ComesFirst(TemplateValue later, TemplateValue earlier, bool isReversed, RenderContext context) =>
        isReversed ? Operators.Compare("<", earlier, later, context) < 0 : Operators.Compare("<", later, earlier, context) < 0;
}
