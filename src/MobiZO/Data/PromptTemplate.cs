using System.Globalization;
using System.Text;

namespace MobiZO.Data;

/// <summary>
/// A prompt with <c>{column}</c> fields. <c>{{</c> and <c>}}</c> write a brace. <c>\n</c>, <c>\t</c> and <c>\\</c>, as typed on a command
/// line, write a newline, a tab and a backslash. Every other backslash is text.
/// </summary>
internal sealed class PromptTemplate
{
    private readonly (string Text, bool IsField)[] _parts;

    private PromptTemplate((string Text, bool IsField)[] parts)
    {
        _parts = parts;
        Fields = [.. parts.Where(part => part.IsField).Select(part => part.Text).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The distinct columns that the template shows, in order of appearance; at least one.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="DataException">A brace is not closed or not opened, a field has no name, or there is no field.</exception>
    public static PromptTemplate Parse(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var parts = new List<(string Text, bool IsField)>();
        var literal = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char next = i + 1 < template.Length ? template[i + 1] : '\0';
            switch (template[i])
            {
                case '{' or '}' when next == template[i]:
                    literal.Append(next);
                    i++;
                    break;
                case '\\' when next is 'n' or 't' or '\\':
                    literal.Append(
                        next switch
                        {
                            'n' => '\n',
                            't' => '\t',
                            _ => '\\',
                        }
                    );
                    i++;
                    break;
                case '{':
                    int end = template.IndexOfAny(['{', '}'], i + 1);
                    if (end < 0 || template[end] == '{')
                    {
                        throw Broken(template, i, "a '{' that is not closed", "'}' after the column name");
                    }

                    string name = template[(i + 1)..end].Trim();
                    if (name.Length == 0)
                    {
                        throw Broken(template, i, "a field without a name", "a column name between the braces");
                    }

                    parts.Add((literal.ToString(), false));
                    parts.Add((name, true));
                    literal.Clear();
                    i = end;
                    break;
                case '}':
                    throw Broken(template, i, "a '}' that closes nothing", "'{' before the column name");
                default:
                    literal.Append(template[i]);
                    break;
            }
        }

        parts.Add((literal.ToString(), false));
        if (!parts.Exists(part => part.IsField))
        {
            throw Broken(template, 0, "no field", "at least one {column}, or every prompt would be the same");
        }

        return new PromptTemplate([.. parts.Where(part => part.IsField || part.Text.Length > 0)]);
    }

    /// <summary>Writes the prompt.</summary>
    /// <param name="values">One value for each of <see cref="Fields"/>, in their order.</param>
    public string Render(IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Count, Fields.Count, nameof(values));
        var prompt = new StringBuilder();
        foreach ((string text, bool isField) in _parts)
        {
            prompt.Append(isField ? values[IndexOfField(text)] : text);
        }

        return prompt.ToString();
    }

    private int IndexOfField(string name)
    {
        int index = 0;
        while (!string.Equals(Fields[index], name, StringComparison.Ordinal))
        {
            index++;
        }

        return index;
    }

    private static DataException Broken(string template, int position, string found, string expected) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Template {DataException.Quote(template)}, character {position + 1}: found {found}; expected {expected}. "
            ) + "Write {{ or }} for a brace in the text."
        );
}
