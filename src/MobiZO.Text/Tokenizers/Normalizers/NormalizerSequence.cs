using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>One normalizer after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public Piece Normalize(Piece piece) => normalizers.Aggregate(piece, (current, normalizer) => normalizer.Normalize(current));
}
