using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Splits words as GPT-2 does (optional) and writes them in the byte alphabet.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression) : IPreTokenizer
{
    /// <summary>The expression of GPT-2.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly RegularExpression s_words = new(Expression);
    private static readonly PrependNormalizer s_space = new(" ");

    public void Split(Piece piece, List<Piece> parts)
    {
        if (addPrefixSpace && piece.Span[0] != ' ')
        {
            piece = s_space.Normalize(piece);
        }

        if (!useExpression)
        {
            parts.Add(ByteAlphabet.Encode(piece));
            return;
        }

        foreach (Segment segment in s_words.Segments(piece.Span))
        {
            parts.Add(ByteAlphabet.Encode(piece.Slice(segment.Start, segment.End)));
        }
    }
}
