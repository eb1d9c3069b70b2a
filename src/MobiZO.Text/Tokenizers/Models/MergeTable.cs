using System.Numerics;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The merges of a vocabulary, found by the pair of token ids.</summary>
/// <remarks>
/// A hash table of its own: the platform's hash of a pair in one integer is the same for every pair of two equal ids, and runs of one
/// character are made of those.
/// </remarks>
internal sealed class MergeTable
{
    private const long Empty = -1;
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private long[] _keys;
    private Merge[] _merges;
    private int _shift;
    private int _count;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">How many merges will be added; it may be more.</param>
    public MergeTable(int capacity)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * capacity));
        (_keys, _merges, _shift) = (new long[size], new Merge[size], 64 - BitOperations.Log2(size));
        Array.Fill(_keys, Empty);
    }

    /// <summary>Adds a merge; of two for the same pair the later one counts, as in the reference implementation.</summary>
    public void Set(int left, int right, Merge merge)
    {
        int slot = Slot(Key(left, right));
        if (_keys[slot] == Empty)
        {
            if (2 * ++_count > _keys.Length)
            {
                Grow();
                slot = Slot(Key(left, right));
            }

            _keys[slot] = Key(left, right);
        }

        _merges[slot] = merge;
    }

    public bool TryGet(int left, int right, out Merge merge)
    {
        int slot = Slot(Key(left, right));
        merge = _merges[slot];
        return _keys[slot] != Empty;
    }

    /// <summary>Every id that a merge has on one of its sides.</summary>
    public HashSet<int> Sides() => [.. _keys.Where(key => key != Empty).SelectMany(key => new[] { (int)(key >> 32), (int)key })];

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    /// <summary>Where a key stands, or would stand.</summary>
    private int Slot(long key)
    {
        int slot = (int)(((ulong)key * Spread) >> _shift);
        while (_keys[slot] != key && _keys[slot] != Empty)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        (long[] keys, Merge[] merges) = (_keys, _merges);
        (_keys, _merges, _shift) = (new long[2 * keys.Length], new Merge[2 * keys.Length], _shift - 1);
        Array.Fill(_keys, Empty);
        for (int old = 0; old < keys.Length; old++)
        {
            if (keys[old] != Empty)
            {
                int slot = Slot(keys[old]);
                (_keys[slot], _merges[slot]) = (keys[old], merges[old]);
            }
        }
    }
}
