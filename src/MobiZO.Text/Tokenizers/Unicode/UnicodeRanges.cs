using System.Globalization;

namespace MobiZO.Text.Tokenizers.Unicode;

/// <summary>A set of code points, kept as ranges.</summary>
internal sealed class UnicodeRanges
{
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    /// <summary>Reads ranges in ascending order.</summary>
    /// <param name="ranges">Hexadecimal "first-last" or "one", each followed by a semicolon.</param>
    public UnicodeRanges(string ranges)
    {
        string[] entries = ranges.Split(';', StringSplitOptions.RemoveEmptyEntries);
        _firsts = [.. entries.Select(entry => Hexadecimal(entry.Split('-')[0]))];
        _lasts = [.. entries.Select(entry => Hexadecimal(entry.Split('-')[^1]))];
    }

    public bool Contains(int codePoint)
    {
        int found = Array.BinarySearch(_firsts, codePoint);
        return found >= 0 || (~found > 0 && codePoint <= _lasts[~found - 1]);
    }

    private static int Hexadecimal(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
