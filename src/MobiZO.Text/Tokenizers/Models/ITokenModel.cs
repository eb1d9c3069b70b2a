namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Turns one word into tokens of a vocabulary.</summary>
internal interface ITokenModel
{
    /// <summary>Ids by spelling.</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Every id with its spelling. Two ids may be spelled alike; the vocabulary then knows one of them.</summary>
    IEnumerable<KeyValuePair<string, int>> Spellings { get; }

    /// <summary>Tokens of a word, in order.</summary>
    /// <exception cref="TokenizerException">The word holds what the vocabulary lacks, and there is no token for that.</exception>
    ModelToken[] Tokenize(ReadOnlySpan<char> word);
}
