using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Copies JSON-like trees of the host program into template values.</summary>
internal static class HostValues
{
    /// <summary>Copies a tree.</summary>
    /// <param name="value">A tree of the kinds that <see cref="ChatValue"/> lists.</param>
    /// <param name="name">What the error calls it.</param>
    /// <exception cref="ArgumentException">The tree holds another kind of object, or is too deep.</exception>
    public static TemplateValue Import(object? value, string name) => Import(value, name, 0);

    private static TemplateValue Import(object? value, string name, int depth)
    {
        if (depth > ChatValue.MaximumDepth)
        {
            throw new ArgumentException($"'{name}' is nested deeper than {ChatValue.MaximumDepth} levels.", name);
        }

        switch (value)
        {
            case null:
                return NoneValue.Instance;
            case string text:
                return new TextValue(text);
            case bool boolean:
                return BooleanValue.Of(boolean);
            case int integer:
                return new IntegerValue(integer);
            case long integer:
                return new IntegerValue(integer);
            case BigInteger integer:
                return new IntegerValue(integer);
            case double number:
                return new FloatValue(number);
            case IReadOnlyDictionary<string, object?> dictionary:
                var entries = DictionaryValue.NewEntries();
                foreach (var (key, item) in dictionary)
                {
                    entries[new TextValue(key)] = Import(item, name, depth + 1);
                }

                return new DictionaryValue(entries);
            case IReadOnlyDictionary<string, string> dictionary:
                return Import(
                    dictionary.ToDictionary(entry => entry.Key, entry => (object?)entry.Value, StringComparer.Ordinal),
                    name,
                    depth
                );
            case IReadOnlyList<object?> list:
                return new SequenceValue(SequenceKind.List, [.. list.Select(item => Import(item, name, depth + 1))]);
            default:
                throw new ArgumentException(
                    $"'{name}' holds a {value.GetType()}, which templates cannot see. "
                        + "Use string, bool, int, long, BigInteger, double, null, lists and dictionaries of them.",
                    name
                );
        }
    }
}
