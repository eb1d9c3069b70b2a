namespace MobiZO.Text.Tokenizers.Models;

/// <summary>A model that remembers words, and takes long ones apart where that changes nothing.</summary>
/// <param name="inner">The model.</param>
/// <param name="cuts">Where words may be taken apart; null: nowhere.</param>
internal sealed class CachedModel(ITokenModel inner, WordCuts? cuts) : ITokenModel
{
    private readonly WordCache _cache = new();

    public IReadOnlyDictionary<string, int> Vocabulary => inner.Vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings => inner.Spellings;

    public ModelToken[] Tokenize(ReadOnlySpan<char> word)
    {
        int end = cuts?.Next(word, 0) ?? word.Length;
        if (end == word.Length)
        {
            return Whole(word);
        }

        var tokens = new List<ModelToken>(word.Length / 3);
        int start = 0;
        while (start < word.Length)
        {
            foreach (ModelToken token in Whole(word[start..end]))
            {
                tokens.Add(new ModelToken(token.Id, token.Start + start, token.End + start));
            }

            start = end;
            end = cuts!.Next(word, start);
        }

        return [.. tokens];
    }

    private ModelToken[] Whole(ReadOnlySpan<char> word)
    {
        if (_cache.Find(word) is { } known)
        {
            return known;
        }

        ModelToken[] tokens = inner.Tokenize(word);
        _cache.Keep(word, tokens);
        return tokens;
    }
}
