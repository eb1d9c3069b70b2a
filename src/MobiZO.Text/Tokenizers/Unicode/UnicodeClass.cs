using System.Globalization;
using System.Text;
using MobiZO.Text.Tokenizers.Unicode.Generated;

namespace MobiZO.Text.Tokenizers.Unicode;

/// <summary>The character classes the tokenizer format speaks of.</summary>
/// <remarks>
/// The reference implementation takes each class from a library of its own. Some of those libraries know an old Unicode. Characters that
/// came later are in no such class here either, because the ids of a tokenizer depend on it.
/// </remarks>
internal static class UnicodeClass
{
    private static readonly UnicodeRanges s_punctuation = new(PunctuationData.Ranges);
    private static readonly UnicodeRanges s_marks = new(MarkData.Ranges);
    private static readonly UnicodeRanges s_nonspacingMarks = new(NonspacingMarkData.Ranges);
    private static readonly UnicodeRanges s_controls = new(ControlData.Ranges);

    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>Any numeric character: decimal digits, letter numbers and other numbers such as fractions.</summary>
    public static bool IsNumeric(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Punctuation of Unicode 8 and every ASCII symbol ($, +, &lt;, ...).</summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.IsAscii
            ? rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
            : s_punctuation.Contains(rune.Value);

    /// <summary>Combining marks of Unicode 9.</summary>
    public static bool IsMark(Rune rune) => rune.Value >= 0x300 && s_marks.Contains(rune.Value);

    /// <summary>Marks without width of Unicode 8.</summary>
    public static bool IsNonspacingMark(Rune rune) => rune.Value >= 0x300 && s_nonspacingMarks.Contains(rune.Value);

    /// <summary>Control, format and private-use characters of Unicode 8.</summary>
    public static bool IsControl(Rune rune) => rune.IsAscii ? rune.Value is < ' ' or 0x7F : s_controls.Contains(rune.Value);

    /// <summary>
    /// The <c>\w</c> of a tokenizer file's expressions (Oniguruma): no joiners, but the superscripts and fractions of Latin-1.
    /// </summary>
    public static bool IsPatternWord(Rune rune) =>
        rune.Value is 0xB2 or 0xB3 or 0xB9 or 0xBC or 0xBD or 0xBE || (rune.Value is not (0x200C or 0x200D) && IsWord(rune));

    /// <summary>The <c>\w</c> of everything else: alphabetic, marks, decimal digits, connectors and the two joiners.</summary>
    public static bool IsWord(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.UppercaseLetter:
            case UnicodeCategory.LowercaseLetter:
            case UnicodeCategory.TitlecaseLetter:
            case UnicodeCategory.ModifierLetter:
            case UnicodeCategory.OtherLetter:
            case UnicodeCategory.LetterNumber:
            case UnicodeCategory.NonSpacingMark:
            case UnicodeCategory.SpacingCombiningMark:
            case UnicodeCategory.EnclosingMark:
            case UnicodeCategory.DecimalDigitNumber:
            case UnicodeCategory.ConnectorPunctuation:
                return true;
            default:
                // Circled and squared letters are symbols by category but alphabetic by property.
                return rune.Value
                    is 0x200C
                        or 0x200D
                        or (>= 0x24B6 and <= 0x24E9)
                        or (>= 0x1F130 and <= 0x1F149)
                        or (>= 0x1F150 and <= 0x1F169)
                        or (>= 0x1F170 and <= 0x1F189);
        }
    }

    /// <summary>The first code point at <paramref name="index"/> of a text without lone surrogates.</summary>
    public static Rune At(ReadOnlySpan<char> text, int index, out int length)
    {
        Rune.DecodeFromUtf16(text[index..], out Rune rune, out length);
        return rune;
    }
}
