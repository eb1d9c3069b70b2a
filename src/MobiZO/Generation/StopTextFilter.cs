using MobiZO.Text.Tokenizers;

namespace MobiZO.Generation;

/// <summary>Cuts a stream of text pieces before the first stop text. What may still become a stop text is held back.</summary>
internal sealed class StopTextFilter(IReadOnlyList<string> stopTexts)
{
    private string _held = "";

    /// <summary>Whether a stop text appeared; nothing is shown after it.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The special tokens that stop texts name: a text does not show them, so that they end it by themselves.</summary>
    /// <param name="stopTexts">The stop texts.</param>
    /// <param name="tokenizer">The tokenizer that has the tokens.</param>
    public static IReadOnlySet<int> TokensOf(IReadOnlyList<string> stopTexts, ITokenizer tokenizer) =>
        stopTexts.Select(tokenizer.TokenToId).OfType<int>().Where(tokenizer.IsSpecial).ToHashSet();

    /// <summary>Adds a piece and returns what can be shown.</summary>
    public string Add(string piece)
    {
        if (HasStopped)
        {
            return "";
        }

        var text = _held + piece;
        var stop = stopTexts
            .Select(stopText => text.IndexOf(stopText, StringComparison.Ordinal))
            .Where(index => index >= 0)
            .DefaultIfEmpty(-1)
            .Min();
        if (stop >= 0)
        {
            (HasStopped, _held) = (true, "");
            return text[..stop];
        }

        var shown = text.Length - stopTexts.Select(stopText => LongestBeginningAtEnd(text, stopText)).DefaultIfEmpty(0).Max();
        _held = text[shown..];
        return text[..shown];
    }

    /// <summary>What was held back, when no more text will come.</summary>
    public string Finish()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    private static int LongestBeginningAtEnd(string text, string stopText)
    {
        for (var length = Math.Min(text.Length, stopText.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stopText.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
