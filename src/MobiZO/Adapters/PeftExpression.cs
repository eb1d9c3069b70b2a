using System.Text.RegularExpressions;
using MobiZO.Checkpoints;

namespace MobiZO.Adapters;

/// <summary>A regular expression out of an <c>adapter_config.json</c>, with errors that name file and key.</summary>
internal sealed class PeftExpression
{
    private readonly string _path;
    private readonly string _key;
    private readonly Regex _whole;

    /// <param name="path">The file.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">The expression.</param>
    /// <exception cref="CheckpointException">It is none.</exception>
    public PeftExpression(string path, string key, string text)
    {
        (_path, _key) = (path, key);
        try
        {
            _whole = new Regex($@"\A(?:{text})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (RegexParseException error)
        {
            throw new CheckpointException(
                $"{path}: key '{key}': expected names or regular expressions, found '{text}': {error.Message}",
                error
            );
        }
    }

    /// <summary>Whether it matches a whole text.</summary>
    /// <exception cref="CheckpointException">It takes too long.</exception>
    public bool IsWhole(string text) => Match(text) is not null;

    /// <summary>What its last group holds when it matches a whole text; null when it does not.</summary>
    /// <exception cref="CheckpointException">It takes too long.</exception>
    public string? Match(string text)
    {
        try
        {
            var match = _whole.Match(text);
            return match.Success ? match.Groups[^1].Value : null;
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new CheckpointException($"{_path}: key '{_key}': the expression takes too long to match; write a simpler one", error);
        }
    }
}
