using System.Numerics;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Methods of dictionaries, lists and tuples.</summary>
internal static class ContainerMethods
{
    public static Registry<DictionaryValue, TemplateValue> OfDictionaries { get; } =
        new Registry<DictionaryValue, TemplateValue>()
            .Add("items", [], (dictionary, arguments) => Items(dictionary, SequenceKind.Items, arguments.Context))
            .Add("keys", [], (dictionary, arguments) => arguments.Context.Sequence(SequenceKind.Keys, [.. dictionary.Entries.Keys]))
            .Add("values", [], (dictionary, arguments) => arguments.Context.Sequence(SequenceKind.Values, [.. dictionary.Entries.Values]))
            .Add(
                "get",
                ["key", "default"],
                (dictionary, arguments) =>
                    dictionary.Entries.GetValueOrDefault(arguments.Context.Key(arguments.Required(0))) ?? arguments[1] ?? NoneValue.Instance
            )
            .Add("copy", [], (dictionary, _) => dictionary);

    public static Registry<SequenceValue, TemplateValue> OfSequences { get; } =
        new Registry<SequenceValue, TemplateValue>()
            .Add(
                "count",
                ["value"],
                (sequence, arguments) =>
                    new IntegerValue(sequence.Items.Count(item => Operators.AreEqual(item, arguments.Required(0), arguments.Context)))
            )
            .Add("index", ["value"], IndexOf)
            .Add("copy", [], (sequence, _) => sequence);

    /// <summary>The entries of a dictionary as pairs.</summary>
    public static SequenceValue Items(DictionaryValue dictionary, SequenceKind kind, RenderContext context) =>
        context.Sequence(kind, [.. dictionary.Entries.Select(entry => context.Sequence(SequenceKind.Tuple, [entry.Key, entry.Value]))]);

    private static IntegerValue IndexOf(SequenceValue sequence, BoundArguments arguments)
    {
        for (var index = 0; index < sequence.Items.Count; index++)
        {
            if (Operators.AreEqual(sequence.Items[index], arguments.Required(0), arguments.Context))
            {
                return new IntegerValue(new BigInteger(index));
            }
        }

        throw arguments.Context.Error($"The value is not in the {sequence.TypeName}");
    }
}
