using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Puts a string in front of every piece that is not empty. The string shares the range of the first character.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        if (piece.IsEmpty || prefix.Length == 0)
        {
            return piece;
        }

        UnicodeClass.At(piece.Span, 0, out int firstLength);
        var builder = new PieceBuilder(piece);
        builder.Append(prefix, piece.OriginalRange(0, firstLength));
        builder.Copy(0, piece.Span.Length);
        return builder.Build();
    }
}
