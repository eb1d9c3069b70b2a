using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>
/// Takes the tokens whose scores have the largest sum. Neighbouring characters that no token stands for become one unknown token.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    /// <summary>How much worse than the worst token an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    private readonly string _file;
    private readonly IReadOnlyList<UnigramToken> _tokens;
    private readonly int? _unknownId;
    private readonly bool _byteFallback;
    private readonly double _unknownScore;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly TokenTrie _trie = new();

    /// <summary>A model over tokens in the order of their ids.</summary>
    /// <param name="file">What messages call the tokenizer's file.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="unknownId">The token for unknown characters, or null.</param>
    /// <param name="byteFallback">Whether unknown characters are written as byte tokens, &lt;0x41&gt;.</param>
    public UnigramModel(string file, IReadOnlyList<UnigramToken> tokens, int? unknownId, bool byteFallback)
    {
        _file = file;
        _tokens = tokens;
        _unknownId = unknownId;
        _byteFallback = byteFallback;
        _unknownScore = tokens.Select(token => token.Score).DefaultIfEmpty(double.PositiveInfinity).Min() - UnknownPenalty;
        _vocabulary = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            _vocabulary[tokens[id].Spelling] = id;
            _trie.Add(tokens[id].Spelling, id);
        }

        _lookup = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings =>
        _tokens.Select((token, id) => new KeyValuePair<string, int>(token.Spelling, id));

    public ModelToken[] Tokenize(ReadOnlySpan<char> word) => Place(word, BestPath(word));

    /// <summary>For every end of a token the best way to it.</summary>
    private Arrival[] BestPath(ReadOnlySpan<char> word)
    {
        var best = new Arrival[word.Length + 1];
        Array.Fill(best, new Arrival(-1, -1, 0));
        for (int start = 0; start < word.Length; )
        {
            UnicodeClass.At(word, start, out int length);
            double until = best[start].Score;
            bool isCovered = false;
            TokenTrie.Walk walk = _trie.Start();
            for (int end = start; end < word.Length && walk.Step(word[end], out int id); )
            {
                end++;
                if (id >= 0)
                {
                    isCovered |= end - start == length;
                    Offer(best, end, new Arrival(start, id, until + _tokens[id].Score));
                }
            }

            if (
                !isCovered
                && Offer(best, start + length, new Arrival(start, _unknownId ?? -1, until + _unknownScore))
                && _unknownId is null
            )
            {
                throw MissingToken.For(_file, word.Slice(start, length), "a token for what is unknown (unk_id)");
            }

            start += length;
        }

        return best;
    }

    private static bool Offer(Arrival[] best, int end, Arrival arrival)
    {
        bool isBetter = best[end].Start < 0 || arrival.Score > best[end].Score;
        if (isBetter)
        {
            best[end] = arrival;
        }

        return isBetter;
    }

    private ModelToken[] Place(ReadOnlySpan<char> word, Arrival[] best)
    {
        var stretches = new List<(int Start, int End)>();
        int unknownEnd = -1;
        for (int end = word.Length; end > 0; end = best[end].Start)
        {
            if (best[end].Id == _unknownId)
            {
                unknownEnd = unknownEnd < 0 ? end : unknownEnd;
                continue;
            }

            if (unknownEnd >= 0)
            {
                stretches.Add((end, unknownEnd));
                unknownEnd = -1;
            }

            stretches.Add((best[end].Start, end));
        }

        if (unknownEnd >= 0)
        {
            stretches.Add((0, unknownEnd));
        }

        var tokens = new List<ModelToken>(stretches.Count);
        for (int index = stretches.Count - 1; index >= 0; index--)
        {
            Append(word, stretches[index], tokens);
        }

        return [.. tokens];
    }

    private void Append(ReadOnlySpan<char> word, (int Start, int End) stretch, List<ModelToken> tokens)
    {
        ReadOnlySpan<char> text = word[stretch.Start..stretch.End];
        if (_lookup.TryGetValue(text, out int id))
        {
            tokens.Add(new ModelToken(id, stretch.Start, stretch.End));
        }
        else if (_byteFallback && BytesOf(text) is { } bytes)
        {
            tokens.AddRange(bytes.Select(value => new ModelToken(value, stretch.Start, stretch.End)));
        }
        else
        {
            // A stretch that is no token was made of unknown characters, so there is a token for them.
            tokens.Add(new ModelToken(_unknownId!.Value, stretch.Start, stretch.End));
        }
    }

    private int[]? BytesOf(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[System.Text.Encoding.UTF8.GetByteCount(text)];
        System.Text.Encoding.UTF8.GetBytes(text, bytes);
        int[] ids = [.. bytes.Select(value => _vocabulary.GetValueOrDefault(BytePairModel.ByteToken(value), -1))];
        return ids.Contains(-1) ? null : ids;
    }

    /// <summary>The best way to a place: where its last token starts, which one it is, and the sum of the scores.</summary>
    private readonly record struct Arrival(int Start, int Id, double Score);
}
