using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Puts a space on either side of every Chinese character; both share the character's range.</summary>
internal sealed class ChineseSpacesNormalizer : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        for (int index = 0; index < text.Length; )
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            (int Start, int End) original = piece.OriginalRange(index, index + length);
            if (IsChinese(rune.Value))
            {
                builder.Append(' ', original);
                builder.Append(rune, original);
                builder.Append(' ', original);
            }
            else
            {
                builder.Append(rune, original);
            }

            index += length;
        }

        return builder.Build();
    }

    /// <summary>The ranges of the reference implementation; 2B920 stands there for 2B820, and ids depend on it.</summary>
    private static bool IsChinese(int codePoint) =>
        codePoint
            is (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x20000 and <= 0x2A6DF)
                or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x2F800 and <= 0x2FA1F);
}
