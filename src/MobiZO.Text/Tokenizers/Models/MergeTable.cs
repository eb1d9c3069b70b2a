namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The merges of a vocabulary, found by the pair of token ids.</summary>
internal sealed class MergeTable(int capacity)
{
    private readonly Dictionary<long, Merge> _merges = new(capacity);

    /// <summary>Adds a merge; of two for the same pair the later one counts, as in the reference implementation.</summary>
    public void Set(int left, int right, Merge merge) => _merges[Key(left, right)] = merge;

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
