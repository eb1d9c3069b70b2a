using System.Globalization;
using System.Text;

namespace MobiZO.Data;

/// <summary>The pattern of a <see cref="RowField"/>, ready to write values.</summary>
internal sealed class FieldPattern
{
    private readonly RowField _field;
    private readonly List<(string Text, Alternative[]? Alternatives)> _parts = [];

    private FieldPattern(RowField field) => _field = field;

    /// <summary>What the template calls the field.</summary>
    public string Name => _field.Name;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="DataException">A brace is not closed or not opened, or a change is unknown.</exception>
    public static FieldPattern Parse(RowField field)
    {
        var pattern = new FieldPattern(field);
        var (text, literal) = (field.Pattern, new StringBuilder());
        for (int i = 0; i < text.Length; i++)
        {
            bool isDoubled = i + 1 < text.Length && text[i + 1] == text[i];
            if (text[i] is '{' or '}' && isDoubled)
            {
                literal.Append(text[i++]);
            }
            else if (text[i] == '{')
            {
                int end = EndOf(field, i);
                pattern._parts.Add((literal.ToString(), null));
                pattern._parts.Add(("", [.. Cut(text[(i + 1)..end], '|').Select(part => ReadAlternative(field, part))]));
                literal.Clear();
                i = end;
            }
            else if (text[i] == '}')
            {
                throw Broken(field, i, "a '}' that closes nothing", "'{' before the column name; }} writes a brace");
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        pattern._parts.Add((literal.ToString(), null));
        return pattern;
    }

    /// <summary>The value of a row; null: the row has none of the columns, and <paramref name="missing"/> names them.</summary>
    /// <param name="find">The value of a column; null where the row has none.</param>
    /// <param name="place">The row, for messages.</param>
    /// <param name="missing">The columns of which one was expected.</param>
    /// <exception cref="DataException">A value cannot be changed as the pattern says.</exception>
    public string? Write(Func<string, string?> find, DataPlace place, out IReadOnlyList<string> missing)
    {
        var value = new StringBuilder();
        foreach ((string text, Alternative[]? alternatives) in _parts)
        {
            string? piece = alternatives is null
                ? text
                : alternatives.Select(alternative => alternative.Write(find, place, Name)).FirstOrDefault(found => found is not null);
            if (piece is null)
            {
                missing = [.. alternatives!.Select(alternative => alternative.Column)];
                return null;
            }

            value.Append(piece);
        }

        missing = [];
        return value.ToString();
    }

    /// <summary>The brace that closes the one at <paramref name="start"/>; those in brackets are text.</summary>
    private static int EndOf(RowField field, int start)
    {
        bool isInBrackets = false;
        for (int i = start + 1; i < field.Pattern.Length; i++)
        {
            char character = field.Pattern[i];
            isInBrackets = character != ')' && (isInBrackets || character == '(');
            if (character == '}' && !isInBrackets)
            {
                return i;
            }
        }

        throw Broken(field, start, "a '{' that is not closed", "'}' after the column name; {{ writes a brace");
    }

    private static Alternative ReadAlternative(RowField field, string text)
    {
        string[] parts = [.. Cut(text, ':')];
        return new Alternative(parts[0].Trim(), [.. parts.Skip(1).Select(part => FieldChange.Parse(field, part))]);
    }

    /// <summary>Cuts at a character that does not stand in brackets.</summary>
    private static IEnumerable<string> Cut(string text, char at)
    {
        int start = 0;
        bool isInBrackets = false;
        for (int i = 0; i < text.Length; i++)
        {
            isInBrackets = text[i] != ')' && (isInBrackets || text[i] == '(');
            if (text[i] == at && !isInBrackets)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static DataException Broken(RowField field, int position, string found, string expected) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Field {DataException.Quote(field.Name)}, pattern {DataException.Quote(field.Pattern)}, character {position + 1}: found {found}; "
            ) + $"expected {expected}."
        );

    /// <summary>A column with what changes its value; no column: an empty text.</summary>
    private sealed record Alternative(string Column, FieldChange[] Changes)
    {
        public string? Write(Func<string, string?> find, DataPlace place, string field)
        {
            string? value = Column.Length == 0 ? "" : find(Column);
            foreach (FieldChange change in Changes)
            {
                if (value is null)
                {
                    break;
                }

                value = change.Apply(value, place, field);
            }

            return value;
        }
    }
}
