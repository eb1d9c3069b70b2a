namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>One conversion of a <c>%</c> format.</summary>
/// <param name="Key">The key in a mapping, or null.</param>
/// <param name="Flags">Any of <c># 0 - + space</c>.</param>
/// <param name="Width">Least number of characters.</param>
/// <param name="Precision">Digits, or most characters of a text; null where none is given.</param>
/// <param name="Conversion">The letter.</param>
internal readonly record struct PercentSpec(string? Key, string Flags, int Width, int? Precision, char Conversion)
{
    public bool Has(char flag) => Flags.Contains(flag, StringComparison.Ordinal);

    /// <summary>Puts sign and digits together and fills them up to the width.</summary>
    /// <param name="isNegative">Whether the number has a minus.</param>
    /// <param name="prefix">What stands between sign and digits, such as 0x.</param>
    /// <param name="digits">The rest.</param>
    public string Fill(bool isNegative, string prefix, string digits)
    {
        var sign =
            isNegative ? "-"
            : Has('+') ? "+"
            : Has(' ') ? " "
            : string.Empty;
        var missing = Width - sign.Length - prefix.Length - digits.Length;
        return missing <= 0 ? sign + prefix + digits
            : Has('-') ? sign + prefix + digits + new string(' ', missing)
            : Has('0') ? sign + prefix + new string('0', missing) + digits
            : new string(' ', missing) + sign + prefix + digits;
    }
}
