using System.Globalization;
using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>
/// The rules of a SentencePiece model. They are looked up for what a reader takes for one character, then for every code point of it.
/// </summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : INormalizer
{
    /// <summary>Longer ones, in bytes of UTF-8, are looked up by their code points only, as in the reference implementation.</summary>
    private const int LongestCharacter = 5;

    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        var changes = new List<Change>(text.Length);
        bool isChanged = false;
        for (int start = 0; start < text.Length; )
        {
            int length = CharacterLength(text, start);
            ReadOnlySpan<char> character = text.Slice(start, length);
            start += length;
            if (System.Text.Encoding.UTF8.GetByteCount(character) <= LongestCharacter && map.Find(character) is { } whole)
            {
                Replace(changes, character, whole);
                isChanged = true;
                continue;
            }

            for (int index = 0; index < character.Length; index += length)
            {
                Rune rune = UnicodeClass.At(character, index, out length);
                ReadOnlySpan<char> part = character.Slice(index, length);
                if (map.Find(part) is { } replacement)
                {
                    Replace(changes, part, replacement);
                    isChanged = true;
                }
                else
                {
                    changes.Add(new Change(rune.Value, 0));
                }
            }
        }

        return isChanged ? Rewriting.Apply(piece, changes) : piece;
    }

    private static int CharacterLength(ReadOnlySpan<char> text, int start)
    {
        // Between two ASCII characters there is a border, but for a line's end of two.
        bool isAlone = start + 1 >= text.Length || (text[start + 1] < 0x80 && (text[start] != '\r' || text[start + 1] != '\n'));
        return text[start] < 0x80 && isAlone ? 1 : StringInfo.GetNextTextElementLength(text[start..]);
    }

    /// <summary>
    /// The new characters stand for the old ones, one for one; those that are too many for none. When there are fewer, the last character
    /// of the text so far stands for the rest, also when that one came before.
    /// </summary>
    private static void Replace(List<Change> changes, ReadOnlySpan<char> before, string after)
    {
        int old = Count(before);
        int added = 0;
        foreach (Rune rune in after.EnumerateRunes())
        {
            changes.Add(new Change(rune.Value, 0));
            added++;
        }

        for (int index = changes.Count - (added - old); index < changes.Count; index++)
        {
            changes[index] = changes[index] with { Extra = 1 };
        }

        if (added < old && changes.Count > 0)
        {
            changes[^1] = changes[^1] with { Extra = changes[^1].Extra + added - old };
        }
    }

    private static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
