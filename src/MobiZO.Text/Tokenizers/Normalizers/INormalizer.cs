using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Rewrites a piece of text before it is split, keeping the alignment to the original.</summary>
internal interface INormalizer
{
    Piece Normalize(Piece piece);
}
