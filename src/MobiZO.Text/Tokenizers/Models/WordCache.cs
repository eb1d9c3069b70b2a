using System.Collections.Concurrent;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Remembers the tokens of words that were seen. It grows to a fixed size; several threads may use it at once.</summary>
internal sealed class WordCache
{
    private const int Capacity = 50_000;
    private const int LongestWord = 128;

    private readonly ConcurrentDictionary<string, ModelToken[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ModelToken[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private int _count;

    public WordCache() => _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The tokens of a word, or null when it was not seen.</summary>
    public ModelToken[]? Find(ReadOnlySpan<char> word) =>
        word.Length <= LongestWord && _lookup.TryGetValue(word, out ModelToken[]? tokens) ? tokens : null;

    public void Keep(ReadOnlySpan<char> word, ModelToken[] tokens)
    {
        if (word.Length <= LongestWord && Volatile.Read(ref _count) < Capacity && _lookup.TryAdd(word, tokens))
        {
            Interlocked.Increment(ref _count);
        }
    }
}
