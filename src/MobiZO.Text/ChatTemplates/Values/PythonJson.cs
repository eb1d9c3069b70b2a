using System.Globalization;
using System.Text;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Writes JSON with the spacing, escapes and numbers of Python's <c>json.dumps</c>.</summary>
internal sealed class PythonJson
{
    private readonly StringBuilder _builder = new();
    private readonly RenderContext _context;

    public PythonJson(RenderContext context)
    {
        _context = context;
    }

    /// <summary>Whether characters beyond ASCII are escaped.</summary>
    public bool EnsureAscii { get; init; }

    /// <summary>Whether keys are sorted.</summary>
    public bool SortKeys { get; init; }

    /// <summary>What each nested line starts with, repeated by level; null for one line.</summary>
    public string? Indent { get; init; }

    public string ItemSeparator { get; init; } = ", ";

    public string KeySeparator { get; init; } = ": ";

    public string Write(TemplateValue value)
    {
        Write(value, 0);
        return _builder.ToString();
    }

    private void Write(TemplateValue value, int level)
    {
        _context.Spend(value.Weight);
        switch (value)
        {
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                WriteItems('[', ']', sequence.Items, level, item => Write(item, level + 1));
                break;
            case DictionaryValue dictionary:
                WriteItems(
                    '{',
                    '}',
                    EntriesOf(dictionary),
                    level,
                    entry =>
                    {
                        WriteText(entry.Key);
                        _builder.Append(KeySeparator);
                        Write(entry.Value, level + 1);
                    }
                );
                break;
            case TextValue text:
                WriteText(text.Text);
                break;
            default:
                _builder.Append(ScalarText(value) ?? throw _context.Error($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }

        _context.CheckTextLength(_builder.Length);
    }

    private void WriteItems<T>(char opening, char closing, IReadOnlyCollection<T> items, int level, Action<T> write)
    {
        _builder.Append(opening);
        var separator = string.Empty;
        foreach (var item in items)
        {
            _builder.Append(separator);
            WriteLineStart(level + 1);
            write(item);
            separator = ItemSeparator;
        }

        if (items.Count > 0)
        {
            WriteLineStart(level);
        }

        _builder.Append(closing);
    }

    private void WriteLineStart(int level)
    {
        if (Indent is null)
        {
            return;
        }

        _builder.Append('\n');
        for (var index = 0; index < level; index++)
        {
            _builder.Append(Indent);
        }

        _context.Spend(1 + (Indent.Length * (long)level / 16));
        _context.CheckTextLength(_builder.Length);
    }

    private List<(string Key, TemplateValue Value)> EntriesOf(DictionaryValue dictionary)
    {
        var entries = dictionary.Entries.Select(entry => (Key: KeyText(entry.Key), entry.Value)).ToList();
        if (SortKeys)
        {
            _context.Spend(entries.Count * 32L);
            return
            [
                .. entries.Order(
                    Comparer<(string Key, TemplateValue Value)>.Create((left, right) => PythonCharacters.Compare(left.Key, right.Key))
                ),
            ];
        }

        return entries;
    }

    private static string KeyText(TemplateValue key) => key is TextValue text ? text.Text : ScalarText(key) ?? string.Empty;

    private static string? ScalarText(TemplateValue value) =>
        value switch
        {
            NoneValue => "null",
            BooleanValue boolean => boolean.Value ? "true" : "false",
            IntegerValue integer => integer.Value.ToString(CultureInfo.InvariantCulture),
            FloatValue { Value: var number } when double.IsNaN(number) => "NaN",
            FloatValue { Value: var number } when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
            FloatValue number => PythonNumbers.Format(number.Value),
            _ => null,
        };

    private void WriteText(string text)
    {
        _builder.Append('"');
        foreach (var character in text)
        {
            switch (character)
            {
                case '"' or '\\':
                    _builder.Append('\\').Append(character);
                    break;
                case '\n':
                    _builder.Append("\\n");
                    break;
                case '\r':
                    _builder.Append("\\r");
                    break;
                case '\t':
                    _builder.Append("\\t");
                    break;
                case '\b':
                    _builder.Append("\\b");
                    break;
                case '\f':
                    _builder.Append("\\f");
                    break;
                case < ' ':
                case >= '\x7f' when EnsureAscii:
                    _builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                    break;
                default:
                    _builder.Append(character);
                    break;
            }
        }

        _builder.Append('"');
    }
}
