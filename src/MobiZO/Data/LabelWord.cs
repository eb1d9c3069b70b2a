using System.Text;

namespace MobiZO.Data;

/// <summary>The word that answers for a label.</summary>
/// <param name="Label">The label as the data writes it, without surrounding space.</param>
/// <param name="Word">The text after the prompt, its leading space included; it may be several tokens.</param>
public sealed record LabelWord(string Label, string Word)
{
    /// <summary>
    /// Reads <c>ham= no,spam= yes</c>. Space counts in words and not around labels; <c>\,</c>, <c>\=</c> and <c>\\</c> stand for the
    /// character itself and <c>\n</c> for a newline. Several labels may share a word.
    /// </summary>
    /// <exception cref="DataException">A part has no '=', or its label or word is empty.</exception>
    public static IReadOnlyList<LabelWord> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<LabelWord>();
        var piece = new StringBuilder();
        string? label = null;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == ',')
            {
                words.Add(Create(text, label, piece.ToString()));
                piece.Clear();
                label = null;
            }
            else if (text[i] == '=' && label is null)
            {
                label = piece.ToString();
                piece.Clear();
            }
            else if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
                piece.Append(text[i] == 'n' ? '\n' : text[i]);
            }
            else
            {
                piece.Append(text[i]);
            }
        }

        return words;
    }

    private static LabelWord Create(string text, string? label, string word)
    {
        if (string.IsNullOrWhiteSpace(label) || string.IsNullOrWhiteSpace(word))
        {
            string part = label is null ? word : $"{label}={word}";
            throw new DataException(
                $"Label words {DataException.Quote(text)}: found {DataException.Quote(part)}; expected label=word. "
                    + "Write them like 'ham= no,spam= yes'; put a backslash before a comma or '=' that belongs to the text."
            );
        }

        return new LabelWord(label.Trim(), word);
    }
}
