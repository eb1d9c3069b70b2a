using System.Text;

namespace MobiZO.Cli.Options;

/// <summary>Texts with escapes, as they are typed on the command line.</summary>
internal static class WordList
{
    /// <summary>Cuts at commas; a backslash keeps a comma in its word, <c>\n</c> and <c>\t</c> are a new line and a tab.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ',')
            {
                words.Add(word.ToString());
                word.Clear();
            }
            else
            {
                Append(word, text, ref i);
            }
        }

        words.Add(word.ToString());
        return words;
    }

    /// <summary>Replaces <c>\n</c>, <c>\t</c> and <c>\\</c>.</summary>
    public static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            Append(result, text, ref i);
        }

        return result.ToString();
    }

    private static void Append(StringBuilder result, string text, ref int index)
    {
        if (text[index] == '\\' && index + 1 < text.Length)
        {
            index++;
            result.Append(
                text[index] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    var other => other,
                }
            );
        }
        else
        {
            result.Append(text[index]);
        }
    }
}
