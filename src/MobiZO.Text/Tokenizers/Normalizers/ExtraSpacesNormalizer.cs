using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Drops spaces at the ends and squeezes repeated ones, as SentencePiece's remove_extra_whitespaces does.</summary>
internal sealed class ExtraSpacesNormalizer : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        int end = text.TrimEnd(' ').Length;
        int index = end - text[..end].TrimStart(' ').Length;
        var builder = new PieceBuilder(piece);
        while (index < end)
        {
            int start = index++;
            while (text[start] == ' ' && text[index] == ' ')
            {
                index++;
            }

            // One space stands for the whole run.
            builder.Append(text[start], piece.OriginalRange(start, index));
        }

        return builder.Build();
    }
}
