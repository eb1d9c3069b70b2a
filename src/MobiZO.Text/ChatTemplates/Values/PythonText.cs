using System.Globalization;
using System.Text;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>What Python's <c>str</c> and <c>repr</c> make of a value.</summary>
internal static class PythonText
{
    /// <summary>The text that printing the value shows.</summary>
    public static string Display(TemplateValue value, RenderContext context)
    {
        if (value is TextValue text)
        {
            return text.Text;
        }

        if (value is UndefinedValue)
        {
            return string.Empty;
        }

        return Represent(value, context);
    }

    /// <summary>The text that shows the value inside of a list.</summary>
    public static string Represent(TemplateValue value, RenderContext context)
    {
        var builder = new StringBuilder();
        Represent(value, builder, context);
        return builder.ToString();
    }

    /// <summary>The same with everything that is not ASCII as an escape.</summary>
    public static string RepresentAscii(TemplateValue value, RenderContext context)
    {
        var builder = new StringBuilder();
        foreach (var rune in Represent(value, context).EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                builder.Append((char)rune.Value);
            }
            else
            {
                AppendEscape(rune, builder);
            }
        }

        return builder.ToString();
    }

    private static void Represent(TemplateValue value, StringBuilder builder, RenderContext context)
    {
        context.Spend(value.Weight);
        switch (value)
        {
            case TextValue text:
                Quote(text.Text, builder);
                break;
            case NoneValue:
                builder.Append("None");
                break;
            case BooleanValue boolean:
                builder.Append(boolean.Value ? "True" : "False");
                break;
            case IntegerValue integer:
                builder.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case FloatValue number:
                builder.Append(PythonNumbers.Format(number.Value));
                break;
            case SequenceValue sequence:
                RepresentSequence(sequence, builder, context);
                break;
            case DictionaryValue dictionary:
                RepresentDictionary(dictionary, builder, context);
                break;
            case UndefinedValue:
                builder.Append("Undefined");
                break;
            case NamespaceValue holder:
                RepresentNamespace(holder, builder, context);
                break;
            default:
                builder.Append(value.Description);
                break;
        }

        context.CheckTextLength(builder.Length);
    }

    private static void RepresentSequence(SequenceValue sequence, StringBuilder builder, RenderContext context)
    {
        var (opening, closing) = sequence.Kind switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", sequence.Items.Count == 1 ? ",)" : ")"),
            _ => (sequence.TypeName + "([", "])"),
        };
        if (sequence.Bounds is { } bounds)
        {
            builder.Append(bounds);
            return;
        }

        builder.Append(opening);
        var separator = string.Empty;
        foreach (var item in sequence.Items)
        {
            builder.Append(separator);
            Represent(item, builder, context);
            separator = ", ";
        }

        builder.Append(closing);
    }

    private static void RepresentDictionary(DictionaryValue dictionary, StringBuilder builder, RenderContext context)
    {
        builder.Append('{');
        var separator = string.Empty;
        foreach (var (key, value) in dictionary.Entries)
        {
            builder.Append(separator);
            Represent(key, builder, context);
            builder.Append(": ");
            Represent(value, builder, context);
            separator = ", ";
        }

        builder.Append('}');
    }

    private static void RepresentNamespace(NamespaceValue holder, StringBuilder builder, RenderContext context)
    {
        // A namespace may hold itself; its depth is not known.
        context.Enter();
        var separator = string.Empty;
        builder.Append("<Namespace {");
        foreach (var (key, value) in holder.Attributes)
        {
            builder.Append(separator);
            Quote(key, builder);
            builder.Append(": ");
            Represent(value, builder, context);
            separator = ", ";
        }

        builder.Append("}>");
        context.Leave();
    }

    private static void Quote(string text, StringBuilder builder)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote);
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == quote || character == '\\')
            {
                builder.Append('\\').Append(character);
            }
            else if (character is '\n' or '\r' or '\t')
            {
                builder
                    .Append('\\')
                    .Append(
                        character switch
                        {
                            '\n' => 'n',
                            '\r' => 'r',
                            _ => 't',
                        }
                    );
            }
            else if (!Rune.TryGetRuneAt(text, index, out var rune))
            {
                builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                index += rune.Utf16SequenceLength - 1;
                AppendRune(rune, builder);
            }
        }

        builder.Append(quote);
    }

    private static void AppendRune(Rune rune, StringBuilder builder)
    {
        if (PythonCharacters.IsPrintable(rune))
        {
            builder.Append(rune.ToString());
            return;
        }

        AppendEscape(rune, builder);
    }

    private static void AppendEscape(Rune rune, StringBuilder builder)
    {
        var format = rune.Value switch
        {
            < 0x100 => "\\x{0:x2}",
            < 0x10000 => "\\u{0:x4}",
            _ => "\\U{0:x8}",
        };
        builder.AppendFormat(CultureInfo.InvariantCulture, format, rune.Value);
    }
}
