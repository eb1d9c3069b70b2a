using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Drops characters, or replaces each by one other.</summary>
/// <param name="change">What a character becomes; null drops it.</param>
internal sealed class CharacterNormalizer(Func<Rune, Rune?> change) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        for (int index = 0; index < text.Length; )
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            if (change(rune) is { } now)
            {
                builder.Append(now, piece.OriginalRange(index, index + length));
            }

            index += length;
        }

        return builder.Build();
    }
}
