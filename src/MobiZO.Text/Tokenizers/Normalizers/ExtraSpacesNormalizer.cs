using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Drops spaces at the ends and squeezes repeated ones, as SentencePiece's remove_extra_whitespaces does.</summary>
internal sealed class ExtraSpacesNormalizer : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        int end = text.TrimEnd(' ').Length;
        var builder = new PieceBuilder(piece);
        for (int index = 0; index < end; index++)
        {
            if (text[index] != ' ' || (builder.Length > 0 && text[index - 1] != ' '))
            {
                builder.Copy(index, index + 1);
            }
        }

        return builder.Build();
    }
}
