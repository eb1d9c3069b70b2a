using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Drops combining marks (it does not decompose: that is the work of a form before it).</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        for (int index = 0; index < text.Length; )
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            if (!UnicodeClass.IsMark(rune))
            {
                builder.Copy(index, index + length);
            }

            index += length;
        }

        return builder.Build();
    }
}
