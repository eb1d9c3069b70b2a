namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Every word is a token, or unknown.</summary>
/// <param name="file">What messages call the tokenizer's file.</param>
/// <param name="vocabulary">Ids by spelling.</param>
/// <param name="unknown">Spelling of the token for unknown words; it need not be in the vocabulary while there are none.</param>
internal sealed class WordLevelModel(string file, Dictionary<string, int> vocabulary, string unknown) : ITokenModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup = vocabulary.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings => vocabulary;

    public ModelToken[] Tokenize(ReadOnlySpan<char> word) =>
        _lookup.TryGetValue(word, out int id) || vocabulary.TryGetValue(unknown, out id)
            ? [new ModelToken(id, 0, word.Length)]
            : throw MissingToken.For(file, word, $"the unknown token '{unknown}'");
}
