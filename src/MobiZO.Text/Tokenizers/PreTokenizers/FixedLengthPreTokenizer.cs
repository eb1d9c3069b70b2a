using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Cuts text every so many code points.</summary>
internal sealed class FixedLengthPreTokenizer(int codePoints) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> parts)
    {
        ReadOnlySpan<char> text = piece.Span;
        int start = 0;
        int index = 0;
        for (int count = 1; index < text.Length; count++)
        {
            UnicodeClass.At(text, index, out int length);
            index += length;
            if (count % codePoints == 0 || index == text.Length)
            {
                parts.Add(piece.Slice(start, index));
                start = index;
            }
        }
    }
}
