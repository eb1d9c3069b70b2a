using System.Text;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

internal static partial class Filters
{
    private static Registry<TemplateValue, TemplateValue> AddItemFilters(Registry<TemplateValue, TemplateValue> filters) =>
        filters
            .Add("length", [], (value, arguments) => new IntegerValue(Length(value, arguments.Context)))
            .Alias("count", "length")
            .Add("list", [], (value, arguments) => arguments.Context.List(Operators.Iterate(value, arguments.Context)))
            .Add("first", [], (value, arguments) => End(value, 0, "first", arguments.Context))
            .Add("last", [], (value, arguments) => End(value, -1, "last", arguments.Context))
            .Add("join", ["d", "attribute"], Join)
            .Add("items", [], Items)
            .Add("reverse", [], Reverse)
            .Add("batch", ["linecount", "fill_with"], Batch)
            .Add("slice", ["slices", "fill_with"], Slice)
            .AddOpen("map", [], Map)
            .AddOpen("select", [], (value, arguments) => Select(value, arguments, byAttribute: false, keeps: true))
            .AddOpen("reject", [], (value, arguments) => Select(value, arguments, byAttribute: false, keeps: false))
            .AddOpen("selectattr", [], (value, arguments) => Select(value, arguments, byAttribute: true, keeps: true))
            .AddOpen("rejectattr", [], (value, arguments) => Select(value, arguments, byAttribute: true, keeps: false))
            .Add(
                "sort",
                ["reverse", "case_sensitive", "attribute"],
                (value, arguments) =>
                    arguments.Context.List(
                        Ordering.Sort(
                            Operators.Iterate(value, arguments.Context),
                            arguments[2],
                            arguments.Flag(1),
                            arguments.Flag(0),
                            arguments.Context
                        )
                    )
            )
            .Add("dictsort", ["case_sensitive", "by", "reverse"], SortDictionary)
            .Add("groupby", ["attribute", "default", "case_sensitive"], GroupBy)
            .Add("unique", ["case_sensitive", "attribute"], Unique)
            .Add("min", ["case_sensitive", "attribute"], (value, arguments) => Extreme(value, arguments, isLargest: false))
            .Add("max", ["case_sensitive", "attribute"], (value, arguments) => Extreme(value, arguments, isLargest: true))
            .Add("sum", ["attribute", "start"], Sum);

    private static int Length(TemplateValue value, RenderContext context) =>
        value switch
        {
            TextValue text => PythonSlices.Length(text.Text),
            SequenceValue sequence => sequence.Items.Count,
            DictionaryValue dictionary => dictionary.Entries.Count,
            UndefinedValue => 0,
            _ => throw context.Error($"object of type '{value.TypeName}' has no len()"),
        };

    private static TemplateValue End(TemplateValue value, int index, string which, RenderContext context)
    {
        if (value is TextValue { IsTrue: true })
        {
            return Members.Item(value, new IntegerValue(index), context);
        }

        var items = Operators.Iterate(value, context);
        return items.Count > 0 ? items[index < 0 ? items.Count - 1 : 0] : new UndefinedValue($"No {which} item, sequence was empty.");
    }

    private static TextValue Join(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var separator = arguments[0] is null ? string.Empty : Shown(arguments.Required(0), arguments);
        var builder = new StringBuilder();
        var isFirst = true;
        foreach (var item in Operators.Iterate(value, context))
        {
            var shown = arguments[1] is null or NoneValue ? item : Members.Path(item, arguments.Required(1), context);
            builder.Append(isFirst ? string.Empty : separator).Append(PythonText.Display(shown, context));
            context.CheckTextLength(builder.Length);
            context.Spend(1 + (separator.Length / 16));
            isFirst = false;
        }

        return context.Text(builder.ToString());
    }

    private static IteratorValue Items(TemplateValue value, BoundArguments arguments) =>
        value switch
        {
            DictionaryValue dictionary => arguments.Context.Iterator(
                ContainerMethods.Items(dictionary, SequenceKind.List, arguments.Context).Items
            ),
            UndefinedValue => arguments.Context.Iterator([]),
            _ => throw arguments.Context.Error($"Can only get item pairs from a mapping, got '{value.TypeName}'"),
        };

    private static TemplateValue Reverse(TemplateValue value, BoundArguments arguments) =>
        value is TextValue text
            ? arguments.Context.Text(PythonSlices.Slice(text.Text, null, null, -1))
            : arguments.Context.Iterator([.. Operators.Iterate(value, arguments.Context).Reverse()]);

    private static IteratorValue Batch(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var size = arguments.Integer(0) is > 0 and var count ? count : throw arguments.Wrong(0, "a positive integer");
        var batches = new List<TemplateValue>();
        foreach (var chunk in Operators.Iterate(value, context).Chunk(size))
        {
            var missing = arguments[1] is null or NoneValue ? 0 : size - chunk.Length;
            context.CheckItemCount((long)chunk.Length + missing);
            batches.Add(context.List([.. chunk, .. Enumerable.Repeat(arguments[1] ?? NoneValue.Instance, missing)]));
        }

        return context.Iterator(batches);
    }

    /// <summary>So many lists, as equal as they can be; the first ones are the longer ones.</summary>
    private static IteratorValue Slice(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var count = arguments.Integer(0) is > 0 and var given ? given : throw arguments.Wrong(0, "a positive integer");
        var items = Operators.Iterate(value, context);
        context.CheckItemCount(count);
        context.Spend(count);
        var (least, longer) = Math.DivRem(items.Count, count);
        var slices = new List<TemplateValue>(count);
        var start = 0;
        for (var index = 0; index < count; index++)
        {
            var length = least + (index < longer ? 1 : 0);
            var slice = items.Skip(start).Take(length);
            start += length;
            var isFilled = index >= longer && arguments[1] is not (null or NoneValue);
            slices.Add(context.List([.. slice, .. Enumerable.Repeat(arguments[1] ?? NoneValue.Instance, isFilled ? 1 : 0)]));
        }

        return context.Iterator(slices);
    }

    /// <summary>Mapping and selecting find nothing in whatever is false, none included.</summary>
    private static IReadOnlyList<TemplateValue> ItemsOrNone(TemplateValue value, RenderContext context) =>
        value.IsTrue ? Operators.Iterate(value, context) : [];

    private static IteratorValue Map(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var items = ItemsOrNone(value, context);
        if (arguments.OtherNamed.TryGetValue("attribute", out var attribute))
        {
            var fallback = arguments.OtherNamed.GetValueOrDefault("default");
            return context.Iterator([
                .. items.Select(item =>
                    Members.Path(item, attribute, context) is var found && found is UndefinedValue && fallback is not null
                        ? fallback
                        : found
                ),
            ]);
        }

        if (arguments.Rest is not [TextValue name, ..])
        {
            throw context.Error("map() needs the name of a filter, or attribute=");
        }

        var filterArguments = new CallArguments(context, [.. arguments.Rest.Skip(1)], arguments.OtherNamed);
        return context.Iterator([
            .. items.Select(item =>
                All.TryInvoke(name.Text, item, filterArguments, out var result) ? result : throw Unknown(name.Text, context)
            ),
        ]);
    }

    private static IteratorValue Select(TemplateValue value, BoundArguments arguments, bool byAttribute, bool keeps)
    {
        var context = arguments.Context;
        var rest = arguments.Rest.ToList();
        TemplateValue? attribute = null;
        if (byAttribute)
        {
            attribute = rest.FirstOrDefault() ?? throw context.Error("Missing parameter for attribute name");
            rest.RemoveAt(0);
        }

        var name = rest.FirstOrDefault() switch
        {
            null => null,
            TextValue text => text.Text,
            var other => throw context.Error($"The name of a test must be text, got '{other.TypeName}'"),
        };
        var testArguments = new CallArguments(context, [.. rest.Skip(1)], arguments.OtherNamed);
        return context.Iterator([
            .. ItemsOrNone(value, context)
                .Where(item =>
                {
                    var subject = attribute is null ? item : Members.Path(item, attribute, context);
                    return (name is null ? subject.IsTrue : Tests.Run(name, subject, testArguments)) == keeps;
                }),
        ]);
    }

    private static SequenceValue SortDictionary(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var dictionary = value as DictionaryValue ?? throw context.Error($"dictsort() needs a mapping, got '{value.TypeName}'");
        var position = arguments.Text(1, "key") switch
        {
            "key" => 0,
            "value" => 1,
            var other => throw context.Error($"dictsort() sorts by 'key' or 'value', not '{other}'"),
        };
        var items = ContainerMethods.Items(dictionary, SequenceKind.List, context).Items;
        return context.List(Ordering.Sort(items, new IntegerValue(position), arguments.Flag(0), arguments.Flag(2), context));
    }

    private static SequenceValue GroupBy(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var (attribute, fallback, isCaseSensitive) = (arguments.Required(0), arguments[1], arguments.Flag(2));
        TemplateValue KeyOf(TemplateValue item) =>
            Members.Path(item, attribute, context) is var key && key is UndefinedValue && fallback is not null ? fallback : key;

        bool IsSameGroup(TemplateValue left, TemplateValue right) =>
            Operators.AreEqual(
                Ordering.SortKey(KeyOf(left), isCaseSensitive, context),
                Ordering.SortKey(KeyOf(right), isCaseSensitive, context),
                context
            );

        var groups = new List<TemplateValue>();
        var members = new List<TemplateValue>();
        foreach (var item in Ordering.Sort(Operators.Iterate(value, context), KeyOf, isCaseSensitive, isReversed: false, context))
        {
            if (members.Count > 0 && !IsSameGroup(members[0], item))
            {
                groups.Add(Group(KeyOf(members[0]), members, context));
                members = [];
            }

            members.Add(item);
        }

        if (members.Count > 0)
        {
            groups.Add(Group(KeyOf(members[0]), members, context));
        }

        return context.List(groups);
    }

    private static SequenceValue Group(TemplateValue key, List<TemplateValue> members, RenderContext context) =>
        context.Sequence(SequenceKind.Tuple, [key, context.List(members)], ["grouper", "list"]);

    private static IteratorValue Unique(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var seen = new HashSet<TemplateValue>(KeyComparer.Instance);
        return context.Iterator([
            .. Operators
                .Iterate(value, context)
                .Where(item =>
                {
                    var key = arguments[1] is null or NoneValue ? item : Members.Path(item, arguments.Required(1), context);
                    return seen.Add(context.Key(Ordering.SortKey(key, arguments.Flag(0), context)));
                }),
        ]);
    }

    private static TemplateValue Extreme(TemplateValue value, BoundArguments arguments, bool isLargest)
    {
        var context = arguments.Context;
        TemplateValue? best = null;
        TemplateValue? bestKey = null;
        foreach (var item in Operators.Iterate(value, context))
        {
            var subject = arguments[1] is null or NoneValue ? item : Members.Path(item, arguments.Required(1), context);
            var key = Ordering.SortKey(subject, arguments.Flag(0), context);
            if (
                bestKey is null
                || (isLargest ? Operators.Compare(">", key, bestKey, context) > 0 : Operators.Compare("<", key, bestKey, context) < 0)
            )
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static TemplateValue Sum(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var total = arguments[1] ?? new IntegerValue(0);
        foreach (var item in Operators.Iterate(value, context))
        {
            total = Operators.Calculate(
                "+",
                total,
                arguments[0] is null or NoneValue ? item : Members.Path(item, arguments.Required(0), context),
                context
            );
        }

        return total;
    }
}
