using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>Replaces the characters of a piece by others, of which each says how many of the old ones it stands for.</summary>
internal static class Rewriting
{
    /// <summary>Makes the new piece.</summary>
    /// <param name="piece">The old text.</param>
    /// <param name="changes">
    /// Every new character. It takes the range of the first old one it stands for. One that stands for none takes the range of the last
    /// one that was used. The others it stands for lose their range, as in the reference implementation.
    /// </param>
    public static Piece Apply(Piece piece, IEnumerable<Change> changes)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        (int Start, int End) last = (piece.Origin, piece.Origin);
        int index = 0;
        foreach (Change change in changes)
        {
            (int Start, int End) range = last;
            for (int taken = 0; taken <= -change.Extra && index < text.Length; taken++)
            {
                UnicodeClass.At(text, index, out int length);
                last = piece.OriginalRange(index, index + length);
                range = taken == 0 ? last : range;
                index += length;
            }

            builder.Append(new Rune(change.CodePoint), range);
        }

        return builder.Build();
    }
}
