using System.Globalization;
using MobiZO.Text.Tokenizers.Unicode.Generated;

namespace MobiZO.Text.Tokenizers.Unicode;

/// <summary>
/// Decompositions, compositions and combining classes. The platform's own normalization does nothing where a program runs
/// culture-invariant.
/// </summary>
internal static class UnicodeTables
{
    private const int HangulSyllables = 0xAC00;
    private const int HangulLeads = 0x1100;
    private const int HangulVowels = 0x1161;
    private const int HangulTails = 0x11A7;
    private const int HangulVowelCount = 21;
    private const int HangulTailCount = 28;
    private const int HangulLeadCount = 19;
    private const int HangulSyllableCount = HangulLeadCount * HangulVowelCount * HangulTailCount;

    private static readonly Dictionary<int, int[]> s_canonical = [];
    private static readonly Dictionary<int, int[]> s_compatibility = [];
    private static readonly Dictionary<long, int> s_compositions = [];
    private static readonly Dictionary<int, int> s_classes = [];

    private static readonly bool[] s_changing = new bool[0x10000];

    static UnicodeTables()
    {
        foreach (string entry in Entries(CanonicalData.Decompositions))
        {
            int sign = entry.AsSpan().IndexOfAny(':', '!');
            int codePoint = Hexadecimal(entry[..sign]);
            int[] parts = [.. entry[(sign + 1)..].Split(' ').Select(Hexadecimal)];
            s_canonical[codePoint] = parts;
            MarkChanging(entry[sign] == ':' ? parts[^1] : codePoint);
            if (entry[sign] == ':')
            {
                s_compositions[((long)parts[0] << 32) | (uint)parts[1]] = codePoint;
            }
        }

        foreach (string entry in Entries(CompatibilityData.Decompositions))
        {
            int sign = entry.IndexOf(':', StringComparison.Ordinal);
            s_compatibility[Hexadecimal(entry[..sign])] = [.. entry[(sign + 1)..].Split(' ').Select(Hexadecimal)];
        }

        foreach (string entry in Entries(CanonicalData.CombiningClasses))
        {
            string[] parts = entry.Split('-', ':');
            for (int codePoint = Hexadecimal(parts[0]); codePoint <= Hexadecimal(parts[1]); codePoint++)
            {
                s_classes[codePoint] = int.Parse(parts[2], CultureInfo.InvariantCulture);
                MarkChanging(codePoint);
            }
        }

        for (int codePoint = HangulVowels; codePoint < HangulTails + HangulTailCount; codePoint++)
        {
            MarkChanging(codePoint);
        }

        // Half of a pair may be half of a character that changes.
        Array.Fill(s_changing, true, 0xD800, 0x800);
    }

    /// <summary>
    /// Whether canonical composition leaves a text as it is: none of its characters has marks to be ordered, joins with one before it, or
    /// decomposes for good. A false answer says nothing.
    /// </summary>
    public static bool IsComposed(ReadOnlySpan<char> text)
    {
        foreach (char unit in text)
        {
            if (s_changing[unit])
            {
                return false;
            }
        }

        return true;
    }

    public static int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : s_classes.GetValueOrDefault(codePoint);

    /// <summary>Appends the full decomposition of a code point.</summary>
    public static void Decompose(int codePoint, bool compatibility, List<int> result)
    {
        int syllable = codePoint - HangulSyllables;
        if (syllable is >= 0 and < HangulSyllableCount)
        {
            result.Add(HangulLeads + (syllable / (HangulVowelCount * HangulTailCount)));
            result.Add(HangulVowels + (syllable / HangulTailCount % HangulVowelCount));
            if (syllable % HangulTailCount != 0)
            {
                result.Add(HangulTails + (syllable % HangulTailCount));
            }

            return;
        }

        if (
            codePoint >= 0x80
            && (
                s_canonical.TryGetValue(codePoint, out int[]? parts) || (compatibility && s_compatibility.TryGetValue(codePoint, out parts))
            )
        )
        {
            foreach (int part in parts)
            {
                Decompose(part, compatibility, result);
            }

            return;
        }

        result.Add(codePoint);
    }

    /// <summary>The primary composite of two code points, or -1.</summary>
    public static int Compose(int first, int second)
    {
        int lead = first - HangulLeads;
        int vowel = second - HangulVowels;
        if (lead is >= 0 and < HangulLeadCount && vowel is >= 0 and < HangulVowelCount)
        {
            return HangulSyllables + (((lead * HangulVowelCount) + vowel) * HangulTailCount);
        }

        int syllable = first - HangulSyllables;
        int tail = second - HangulTails;
        if (syllable is >= 0 and < HangulSyllableCount && syllable % HangulTailCount == 0 && tail is > 0 and < HangulTailCount)
        {
            return first + tail;
        }

        return s_compositions.GetValueOrDefault(((long)first << 32) | (uint)second, -1);
    }

    private static void MarkChanging(int codePoint)
    {
        if (codePoint < s_changing.Length)
        {
            s_changing[codePoint] = true;
        }
    }

    private static string[] Entries(string data) => data.Split(';', StringSplitOptions.RemoveEmptyEntries);

    private static int Hexadecimal(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
