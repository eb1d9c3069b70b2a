using System.Globalization;
using System.Text;

namespace MobiZO.Data;

/// <summary>
/// Training data or its options are wrong. The message names file, line and position, what was found, what was expected and what to do.
/// </summary>
public sealed class DataException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public DataException(string message)
        : base(message) { }

    /// <summary>Creates the exception for a place in a data file.</summary>
    /// <param name="place">File, line and position.</param>
    /// <param name="found">What the file holds there.</param>
    /// <param name="expected">What it should hold.</param>
    /// <param name="advice">What the user can do; a full sentence.</param>
    public DataException(DataPlace place, string found, string expected, string advice)
        : base($"{place}: found {found}; expected {expected}. {advice}")
    {
        File = place.File;
        Line = place.Line;
        Column = place.Column;
        Row = place.Row;
    }

    /// <summary>Path of the file, or null when the error is not about a file.</summary>
    public string? File { get; }

    /// <summary>Line in the file, counted from 1, or null.</summary>
    public int? Line { get; }

    /// <summary>Character in the line, counted from 1, or null.</summary>
    public int? Column { get; }

    /// <summary>Row of a Parquet file, counted from 1, or null.</summary>
    public int? Row { get; }

    /// <summary>
    /// A piece of user text made fit for a message: quoted, on one line, at most 60 characters. Characters that cannot be seen are written
    /// by their code, so that <c>'\ufeffham'</c> does not look like <c>'ham'</c>.
    /// </summary>
    internal static string Quote(string text)
    {
        const int longest = 60;
        int length =
            text.Length <= longest ? text.Length
            : char.IsHighSurrogate(text[longest - 1]) ? longest - 1
            : longest;
        var quoted = new StringBuilder("'");
        foreach (Rune rune in text.AsSpan(0, length).EnumerateRunes())
        {
            quoted.Append(IsVisible(rune) ? rune.ToString() : Escape(rune));
        }

        return quoted.Append(length < text.Length ? "...'" : "'").ToString();
    }

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                false,
            UnicodeCategory.SpaceSeparator => rune.Value == ' ',
            _ => true,
        };

    private static string Escape(Rune rune) =>
        rune.Value switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            <= char.MaxValue => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
        };
}
