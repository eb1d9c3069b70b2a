namespace MobiZO.Text.Tokenizers.Models;

/// <summary>
/// Places that no token of a byte-pair vocabulary reaches over: in front of a visible space, behind a character that no token has there.
/// What lies between them can be merged on its own, and remembered. Tokenizers in SentencePiece's way take a whole text for one word.
/// </summary>
internal sealed class WordCuts
{
    private const char Space = '\u2581';

    private readonly HashSet<char> _joined;

    private WordCuts(HashSet<char> joined) => _joined = joined;

    /// <summary>The places for a model, or null when there are none.</summary>
    public static WordCuts? For(ITokenModel model)
    {
        // The space must be a token, so that unknown characters on both sides of it stay two runs.
        if (model is not BytePairModel { IsLocal: true } || !model.Vocabulary.ContainsKey(Space.ToString()))
        {
            return null;
        }

        var joined = new HashSet<char> { Space };
        foreach (string token in model.Vocabulary.Keys)
        {
            for (int index = token.IndexOf(Space, StringComparison.Ordinal); index >= 0; index = token.IndexOf(Space, index + 1))
            {
                if (index > 0)
                {
                    joined.Add(token[index - 1]);
                }
            }
        }

        return new WordCuts(joined);
    }

    /// <summary>Where the part that begins at <paramref name="start"/> ends.</summary>
    public int Next(ReadOnlySpan<char> word, int start)
    {
        for (int index = start + 1; index < word.Length; index++)
        {
            int found = word[index..].IndexOf(Space);
            if (found < 0)
            {
                return word.Length;
            }

            index += found;
            if (!_joined.Contains(word[index - 1]))
            {
                return index;
            }
        }

        return word.Length;
    }
}
