using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>What the normalizers of BERT and of translation models make of one character; null where they drop it.</summary>
internal static class CharacterChanges
{
    private static readonly Rune s_space = new(' ');

    /// <summary>BERT: no control characters, and all whitespace is a space.</summary>
    public static Rune? Clean(Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r')
        {
            return s_space;
        }

        return rune.Value is 0 or 0xFFFD || UnicodeClass.IsControl(rune) ? null
            : UnicodeClass.IsWhiteSpace(rune) ? s_space
            : rune;
    }

    /// <summary>BERT: no accents (they stand alone after a canonical decomposition).</summary>
    public static Rune? WithoutAccents(Rune rune) => UnicodeClass.IsNonspacingMark(rune) ? null : rune;

    /// <summary>Every combining mark is dropped.</summary>
    public static Rune? WithoutMarks(Rune rune) => UnicodeClass.IsMark(rune) ? null : rune;

    /// <summary>The rules of neural machine translation in SentencePiece ("nmt").</summary>
    public static Rune? Nmt(Rune rune) =>
        rune.Value switch
        {
            (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
            9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => s_space,
            _ => rune,
        };
}
