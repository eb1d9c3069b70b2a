using System.Globalization;
using System.Text;

namespace MobiZO.Data;

/// <summary>Training data or its options are wrong. The message names file, line and position, what was found, what was expected and what to do.</summary>
public sealed class DataException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public DataException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception for a place in a data file.</summary>
    /// <param name="place">File, line and position.</param>
    /// <param name="found">What the file holds there.</param>
    /// <param name="expected">What it should hold.</param>
    /// <param name="advice">What the user can do; a full sentence.</param>
    public DataException(DataPlace place, string found, string expected, string advice) : base($"{place}: found {found}; expected {expected}. {advice}")
    {
        File = place.File;
        Line = place.Line;
        Column = place.Column;
    }

    /// <summary>Path of the file, or null when the error is not about a file.</summary>
    public string? File { get; }

    /// <summary>Line in the file, counted from 1, or null.</summary>
    public int? Line { get; }

    /// <summary>Character in the line, counted from 1, or null.</summary>
    public int? Column { get; }

    /// <summary>A piece of user text made fit for a message: quoted, on one line, at most 60 characters.</summary>
    internal static string Quote(string text)
    {
        const int longest = 60;
        var quoted = new StringBuilder("'");
        foreach (Rune rune in text.Length > longest ? text[..longest].EnumerateRunes() : text.EnumerateRunes())
        {
            quoted.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control ? ControlName(rune) : rune.ToString());
        }

        return quoted.Append(text.Length > longest ? "...'" : "'").ToString();
    }

    private static string ControlName(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => $"\\u{rune.Value.ToString("x4", CultureInfo.InvariantCulture)}",
    };
}
