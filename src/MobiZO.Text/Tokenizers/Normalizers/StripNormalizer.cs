using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Removes whitespace at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        int start = 0;
        int end = text.Length;
        while (left && start < end && UnicodeClass.IsWhiteSpace(UnicodeClass.At(text, start, out int length)))
        {
            start += length;
        }

        while (right && end > start)
        {
            Rune.DecodeLastFromUtf16(text[..end], out Rune rune, out int length);
            if (!UnicodeClass.IsWhiteSpace(rune))
            {
                break;
            }

            end -= length;
        }

        return piece with
        {
            Start = piece.Start + start,
            End = piece.Start + end,
        };
    }
}
