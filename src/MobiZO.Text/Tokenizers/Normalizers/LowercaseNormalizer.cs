using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Lower-cases every character on its own, without regard to language or position.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        for (int index = 0; index < text.Length; )
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            (int Start, int End) original = piece.OriginalRange(index, index + length);
            if (rune.Value == 0x130)
            {
                // The only character whose lower case is two: i and a combining dot.
                builder.Append("i\u0307", original);
            }
            else
            {
                builder.Append(Rune.ToLowerInvariant(rune), original);
            }

            index += length;
        }

        return builder.Build();
    }
}
