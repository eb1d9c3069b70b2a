using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Takes the longest token at the front of a word, again and again; a word with a gap is unknown as a whole.</summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly string _file;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly WordPieceOptions _options;
    private readonly int _longest;

    public WordPieceModel(string file, Dictionary<string, int> vocabulary, WordPieceOptions options)
    {
        _file = file;
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _options = options;
        _longest = vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings => _vocabulary;

    public ModelToken[] Tokenize(ReadOnlySpan<char> word)
    {
        ModelToken[] tokens = IsTooLong(word) ? [] : Pieces(word);
        if (tokens.Length > 0)
        {
            return tokens;
        }

        return _vocabulary.TryGetValue(_options.Unknown, out int unknown)
            ? [new ModelToken(unknown, 0, word.Length)]
            : throw MissingToken.For(_file, word, $"the unknown token '{_options.Unknown}'");
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        int count = 0;
        for (int index = 0; index < word.Length && count <= _options.MaximumCharacters; count++)
        {
            UnicodeClass.At(word, index, out int length);
            index += length;
        }

        return count > _options.MaximumCharacters;
    }

    /// <summary>The tokens of a word, or none when one is missing.</summary>
    private ModelToken[] Pieces(ReadOnlySpan<char> word)
    {
        var tokens = new List<ModelToken>();
        Span<char> buffer = stackalloc char[Math.Min(256, _longest)];
        buffer = _longest > buffer.Length ? new char[_longest] : buffer;
        for (int start = 0; start < word.Length; )
        {
            string prefix = start > 0 ? _options.ContinuingPrefix : "";
            int end = Math.Min(word.Length, start + _longest - prefix.Length);
            int id = -1;
            for (; end > start; end--)
            {
                ReadOnlySpan<char> part = word[start..end];
                bool isWhole = end == word.Length || !char.IsLowSurrogate(word[end]);
                if (isWhole && _lookup.TryGetValue(Joined(prefix, part, buffer), out id))
                {
                    break;
                }

                id = -1;
            }

            if (id < 0)
            {
                return [];
            }

            tokens.Add(new ModelToken(id, start, end));
            start = end;
        }

        return [.. tokens];
    }

    private static ReadOnlySpan<char> Joined(string prefix, ReadOnlySpan<char> part, Span<char> buffer)
    {
        if (prefix.Length == 0)
        {
            return part;
        }

        prefix.CopyTo(buffer);
        part.CopyTo(buffer[prefix.Length..]);
        return buffer[..(prefix.Length + part.Length)];
    }
}
