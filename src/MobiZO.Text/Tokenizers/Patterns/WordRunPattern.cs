using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Runs of word characters, and runs of what is neither a word character nor whitespace.</summary>
internal sealed class WordRunPattern : ITextPattern
{
    public (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        int index = from;
        while (index < text.Length)
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            if (!UnicodeClass.IsWhiteSpace(rune))
            {
                return (index, EndOfRun(text, index + length, UnicodeClass.IsWord(rune)));
            }

            index += length;
        }

        return (-1, -1);
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int index, bool isWord)
    {
        while (index < text.Length)
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            if (UnicodeClass.IsWhiteSpace(rune) || UnicodeClass.IsWord(rune) != isWord)
            {
                break;
            }

            index += length;
        }

        return index;
    }
}
