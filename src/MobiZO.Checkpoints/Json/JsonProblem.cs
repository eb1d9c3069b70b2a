using System.Text.Json;

namespace MobiZO.Checkpoints.Json;

/// <summary>
/// What is wrong with a text that is no JSON, for people: the parser's own words speak of its buffers where a text is empty or cut off.
/// </summary>
internal static class JsonProblem
{
    /// <summary>The problem as one sentence without the place, which the caller names.</summary>
    /// <param name="error">What the parser said.</param>
    public static string Of(Exception error)
    {
        var said = error.Message;
        var end = said.IndexOf(" LineNumber:", StringComparison.Ordinal);
        said = end < 0 ? said : said[..end].TrimEnd('|', ' ');
        return said.Contains("does not contain any JSON tokens", StringComparison.Ordinal) ? "The text is empty."
            : said.Contains("isFinalBlock", StringComparison.Ordinal) || said.Contains("reached end of data", StringComparison.Ordinal)
                ? "The text ends before its JSON does."
            : said;
    }

    /// <summary>The problem with its line, where the parser knows it.</summary>
    /// <param name="error">What the parser said.</param>
    public static string WithLine(Exception error) =>
        error is JsonException { LineNumber: { } line }
            ? FormattableString.Invariant($"{Of(error).TrimEnd('.')} (line {line + 1}).")
            : Of(error);
}
