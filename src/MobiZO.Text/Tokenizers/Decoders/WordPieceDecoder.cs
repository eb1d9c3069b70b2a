namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Joins word pieces: a space before every token but the first, unless it has the prefix of a continuation.</summary>
/// <param name="prefix">What a continuation begins with; it is cut off.</param>
/// <param name="cleanUp">Whether the spaces before punctuation and English contractions are taken away.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : IDecoder
{
    // In this order; a later one sees what an earlier one made.
    private static readonly (string From, string To)[] s_cleanUps =
    [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" do not", " don't"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ];

    /// <summary>Takes away the spaces that were put before punctuation and English contractions.</summary>
    public static string CleanUp(string text) =>
        s_cleanUps.Aggregate(text, (current, change) => current.Replace(change.From, change.To, StringComparison.Ordinal));

    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        foreach (string token in tokens)
        {
            string text =
                result.Count == 0 ? token
                : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
                : " " + token;
            result.Add(cleanUp ? CleanUp(text) : text);
        }

        return result;
    }
}
