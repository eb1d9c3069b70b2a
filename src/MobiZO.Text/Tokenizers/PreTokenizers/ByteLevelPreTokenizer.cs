using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Splits words as GPT-2 does (optional) and writes them in the byte alphabet.</summary>
/// <param name="addPrefixSpace">Whether a piece that begins with no space gets one.</param>
/// <param name="useExpression">Whether words are split.</param>
/// <param name="leavesEncoding">Whether words stay as they are, because the model writes them in the byte alphabet itself.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression, bool leavesEncoding = false) : IPreTokenizer
{
    /// <summary>The expression of GPT-2.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly RegularExpression s_words = new(Expression);
    private static readonly PrependNormalizer s_space = new(" ");

    /// <summary>The same one, which leaves the byte alphabet to the model.</summary>
    public ByteLevelPreTokenizer WithoutEncoding() => new(addPrefixSpace, useExpression, leavesEncoding: true);

    public void Split(Piece piece, List<Piece> parts)
    {
        if (addPrefixSpace && piece.Span[0] != ' ')
        {
            piece = s_space.Normalize(piece);
        }

        if (!useExpression)
        {
            parts.Add(leavesEncoding ? piece : ByteAlphabet.Encode(piece));
            return;
        }

        var segments = new SegmentWalk(s_words, piece.Span);
        while (segments.MoveNext())
        {
            Piece part = piece.Slice(segments.Current.Start, segments.Current.End);
            parts.Add(leavesEncoding ? part : ByteAlphabet.Encode(part));
        }
    }
}
