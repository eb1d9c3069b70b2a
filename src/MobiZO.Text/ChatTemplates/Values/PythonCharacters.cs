using System.Globalization;
using System.Text;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Character classes and case mapping as Python's strings have them, independent of culture.</summary>
internal static class PythonCharacters
{
    /// <summary>
    /// Every character whose capital form is longer than one character (Unicode's SpecialCasing), as "character capitals" pairs.
    /// </summary>
    private const string LongCapitals =
        "\u00dfSS \u0149\u02bcN \u01f0J\u030c \u0390\u0399\u0308\u0301 \u03b0\u03a5\u0308\u0301 \u0587\u0535\u0552 \u1e96H\u0331"
        + " \u1e97T\u0308 \u1e98W\u030a \u1e99Y\u030a \u1e9aA\u02be \u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301"
        + " \u1f56\u03a5\u0313\u0342 \u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 \u1f83\u1f0b\u0399 \u1f84\u1f0c\u0399"
        + " \u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 \u1f89\u1f09\u0399 \u1f8a\u1f0a\u0399"
        + " \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 \u1f8e\u1f0e\u0399 \u1f8f\u1f0f\u0399 \u1f90\u1f28\u0399"
        + " \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 \u1f93\u1f2b\u0399 \u1f94\u1f2c\u0399 \u1f95\u1f2d\u0399 \u1f96\u1f2e\u0399"
        + " \u1f97\u1f2f\u0399 \u1f98\u1f28\u0399 \u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 \u1f9b\u1f2b\u0399 \u1f9c\u1f2c\u0399"
        + " \u1f9d\u1f2d\u0399 \u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 \u1fa1\u1f69\u0399 \u1fa2\u1f6a\u0399"
        + " \u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 \u1fa7\u1f6f\u0399 \u1fa8\u1f68\u0399"
        + " \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 \u1fac\u1f6c\u0399 \u1fad\u1f6d\u0399 \u1fae\u1f6e\u0399"
        + " \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 \u1fb3\u0391\u0399 \u1fb4\u0386\u0399 \u1fb6\u0391\u0342 \u1fb7\u0391\u0342\u0399"
        + " \u1fbc\u0391\u0399 \u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 \u1fc6\u0397\u0342 \u1fc7\u0397\u0342\u0399"
        + " \u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 \u1fd7\u0399\u0308\u0342"
        + " \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 \u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342"
        + " \u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 \u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 \u1ffc\u03a9\u0399"
        + " \ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST \ufb06ST \ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b"
        + " \ufb16\u054e\u0546 \ufb17\u0544\u053d";

    private static readonly Dictionary<char, string> s_longCapitals = LongCapitals
        .Split(' ')
        .ToDictionary(pair => pair[0], pair => pair[1..]);

    /// <summary>What Python's isspace takes for space: Unicode space and the four separators 1C to 1F.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    public static string TrimStart(string text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    public static string Trim(string text) => TrimStart(TrimEnd(text));

    /// <summary>Full upper case: one character may become several.</summary>
    public static string ToUpper(string text)
    {
        var upper = text.ToUpperInvariant();
        if (!upper.Any(s_longCapitals.ContainsKey))
        {
            return upper;
        }

        var builder = new StringBuilder(text.Length + 8);
        foreach (var character in upper)
        {
            if (s_longCapitals.TryGetValue(character, out var capitals))
            {
                builder.Append(capitals);
            }
            else
            {
                builder.Append(character);
            }
        }

        return builder.ToString();
    }

    /// <summary>Full lower case. A capital sigma at the end of a word becomes its final form. A dotted capital I keeps its dot.</summary>
    public static string ToLower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (text.AsSpan().IndexOfAny('\u03a3', '\u0130') < 0)
        {
            return lower;
        }

        var builder = new StringBuilder(text.Length + 8);
        for (var index = 0; index < text.Length; index++)
        {
            builder.Append(
                text[index] switch
                {
                    '\u0130' => "i\u0307",
                    '\u03a3' when EndsWord(text, index) => "\u03c2",
                    _ => lower.Substring(index, 1),
                }
            );
        }

        return builder.ToString();
    }

    /// <summary>Every word starts with a capital; a word is a run of cased characters.</summary>
    public static string ToTitle(string text)
    {
        var builder = new StringBuilder(text.Length);
        var insideWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var piece = rune.ToString();
            builder.Append(insideWord ? ToLower(piece) : Capital(piece));
            insideWord = IsCased(rune);
        }

        return builder.ToString();
    }

    /// <summary>A capital first, everything else small.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var first = char.IsSurrogatePair(text, 0) ? 2 : 1;
        return Capital(text[..first]) + ToLower(text[first..]);
    }

    public static bool IsCased(Rune rune) =>
        Rune.IsUpper(rune) || Rune.IsLower(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Whether Python's repr shows the character itself rather than an escape.</summary>
    public static bool IsPrintable(Rune rune) =>
        rune.Value == ' '
        || Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator
            );

    /// <summary>Order by code point, which differs from the order of UTF-16 units above the surrogates.</summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        var common = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
        if (common == length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (leftSurrogate, rightSurrogate) = (char.IsSurrogate(left[common]), char.IsSurrogate(right[common]));
        return leftSurrogate == rightSurrogate ? left[common].CompareTo(right[common])
            : leftSurrogate ? 1
            : -1;
    }

    private static string Capital(string piece)
    {
        var capital = ToUpper(piece);
        return capital.Length > 1 && piece.Length == 1 ? capital[0] + ToLower(capital[1..]) : capital;
    }

    private static bool EndsWord(string text, int index) =>
        index > 0 && char.IsLetter(text[index - 1]) && (index + 1 == text.Length || !char.IsLetter(text[index + 1]));
}
