using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Writes spaces as a visible character, may add one in front, and may split in front of every one.</summary>
internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly ReplaceNormalizer _replace = new(new LiteralPattern(" "), replacement);
    private readonly PrependNormalizer _prepend = new(replacement);
    private readonly PatternSplit _split = new(new LiteralPattern(replacement), SplitBehavior.MergedWithNext, invert: false);

    public void Split(Piece piece, List<Piece> parts)
    {
        piece = _replace.Normalize(piece);
        bool wantsPrefix = scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.Origin == 0);
        if (wantsPrefix && !piece.Span.StartsWith(replacement))
        {
            piece = _prepend.Normalize(piece);
        }

        if (split)
        {
            _split.Split(piece, parts);
        }
        else if (!piece.IsEmpty)
        {
            parts.Add(piece);
        }
    }
}
