using System.Globalization;
using MobiZO.Text.Tokenizers.Unicode.Generated;

namespace MobiZO.Text.Tokenizers.Unicode;

/// <summary>The script a character belongs to.</summary>
internal static class UnicodeScript
{
    /// <summary>What has no script: spaces, and characters later than the tables.</summary>
    public const int Any = -1;

    private const int LongVowelMark = 0x30FC;

    private static readonly int[] s_firsts;
    private static readonly int[] s_lasts;
    private static readonly int[] s_scripts;

    static UnicodeScript()
    {
        int han = Array.FindIndex(ScriptData.Scripts, line => line.StartsWith("Han:", StringComparison.Ordinal));
        var entries = new List<(int First, int Last, int Script)>();
        foreach ((int index, string line) in ScriptData.Scripts.Index())
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            // Japanese is written in three scripts at once; they count as one.
            int script = line[..colon] is "Hiragana" or "Katakana" ? han : index;
            foreach (string range in line[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                entries.Add((Hexadecimal(range.Split('-')[0]), Hexadecimal(range.Split('-')[^1]), script));
            }
        }

        entries.Sort();
        s_firsts = [.. entries.Select(entry => entry.First)];
        s_lasts = [.. entries.Select(entry => entry.Last)];
        s_scripts = [.. entries.Select(entry => entry.Script)];
        Han = han;
    }

    /// <summary>Chinese characters, and the two syllabaries of Japanese.</summary>
    public static int Han { get; }

    /// <summary>A number for the script, or <see cref="Any"/>.</summary>
    public static int Of(int codePoint)
    {
        if (codePoint == ' ')
        {
            return Any;
        }

        if (codePoint == LongVowelMark)
        {
            return Han;
        }

        int found = Array.BinarySearch(s_firsts, codePoint);
        found = found >= 0 ? found : ~found - 1;
        return found >= 0 && codePoint <= s_lasts[found] ? s_scripts[found] : Any;
    }

    private static int Hexadecimal(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
