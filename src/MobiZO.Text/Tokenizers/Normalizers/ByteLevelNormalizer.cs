using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Writes text in the byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public Piece Normalize(Piece piece) => ByteAlphabet.Encode(piece);
}
