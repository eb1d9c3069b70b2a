using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Replaces every match of a pattern; the new text takes the range of the match's last character.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        if (pattern.Find(piece.Span, 0).Start < 0)
        {
            return piece;
        }

        var builder = new PieceBuilder(piece);
        foreach (Segment segment in pattern.Segments(piece.Span))
        {
            if (!segment.IsMatch)
            {
                builder.Copy(segment.Start, segment.End);
                continue;
            }

            Rune.DecodeLastFromUtf16(piece.Span[..segment.End], out _, out int lastLength);
            builder.Append(content, piece.OriginalRange(Math.Max(0, segment.End - lastLength), segment.End));
        }

        return builder.Build();
    }
}
