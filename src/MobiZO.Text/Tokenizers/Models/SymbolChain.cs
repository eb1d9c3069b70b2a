namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The tokens of a word while they are being merged: a linked list in arrays.</summary>
internal sealed class SymbolChain(int capacity)
{
    private readonly List<Symbol> _symbols = new(capacity);

    /// <summary>Number of tokens left.</summary>
    public int Count { get; private set; }

    public void Add(int id, int byteLength)
    {
        _symbols.Add(new Symbol(id, byteLength, _symbols.Count - 1, _symbols.Count + 1));
        Count++;
    }

    /// <summary>Applies merges, lowest rank first and leftmost among equals, until none is left.</summary>
    public void MergeAll(MergeTable merges)
    {
        var candidates = new PriorityQueue<Merge, long>();
        for (int left = 0; left + 1 < _symbols.Count; left++)
        {
            Consider(left, merges, candidates);
        }

        while (candidates.TryDequeue(out Merge candidate, out long priority))
        {
            int left = (int)(priority & uint.MaxValue);
            // The pair may have changed since it was noted.
            if (_symbols[left].ByteLength >= 0 && TryGetMerge(left, merges, out Merge merge) && merge == candidate)
            {
                Join(left, merge.Id);
                Consider(_symbols[left].Previous, merges, candidates);
                Consider(left, merges, candidates);
            }
        }
    }

    public IEnumerator<(int Id, int ByteLength)> GetEnumerator()
    {
        for (int index = 0; index < _symbols.Count; index = _symbols[index].Next)
        {
            yield return (_symbols[index].Id, _symbols[index].ByteLength);
        }
    }

    private void Consider(int left, MergeTable merges, PriorityQueue<Merge, long> candidates)
    {
        if (left >= 0 && TryGetMerge(left, merges, out Merge merge))
        {
            candidates.Enqueue(merge, ((long)merge.Rank << 32) | (uint)left);
        }
    }

    private bool TryGetMerge(int left, MergeTable merges, out Merge merge)
    {
        merge = default;
        int right = _symbols[left].Next;
        return right < _symbols.Count && merges.TryGet(_symbols[left].Id, _symbols[right].Id, out merge);
    }

    private void Join(int left, int id)
    {
        Symbol first = _symbols[left];
        Symbol second = _symbols[first.Next];
        _symbols[first.Next] = second with { ByteLength = -1 };
        _symbols[left] = first with { Id = id, ByteLength = first.ByteLength + second.ByteLength, Next = second.Next };
        if (second.Next < _symbols.Count)
        {
            _symbols[second.Next] = _symbols[second.Next] with { Previous = left };
        }

        Count--;
    }

    private readonly record struct Symbol(int Id, int ByteLength, int Previous, int Next);
}
