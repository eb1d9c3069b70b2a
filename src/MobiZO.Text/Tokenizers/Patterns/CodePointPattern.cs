using System.Text;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Matches single code points that satisfy a predicate, each on its own.</summary>
internal sealed class CodePointPattern(Func<Rune, bool> predicate) : ITextPattern
{
    public (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        int index = from;
        while (index < text.Length)
        {
            Rune.DecodeFromUtf16(text[index..], out Rune rune, out int length);
            if (predicate(rune))
            {
                return (index, index + length);
            }

            index += length;
        }

        return (-1, -1);
    }
}
