namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The tokens of a word while they are being merged: a linked list in an array.</summary>
/// <param name="capacity">Most tokens that are added.</param>
internal sealed class SymbolChain(int capacity)
{
    private readonly Symbol[] _symbols = new Symbol[capacity];
    private int _added;

    /// <summary>Number of tokens left.</summary>
    public int Count { get; private set; }

    public void Add(int id, int byteLength)
    {
        _symbols[_added] = new Symbol(id, byteLength, _added - 1, _added + 1);
        _added++;
        Count++;
    }

    /// <summary>Applies merges, lowest rank first and leftmost among equals, until none is left.</summary>
    public void MergeAll(MergeTable merges)
    {
        if (_added < 2)
        {
            return;
        }

        var candidates = new PriorityQueue<int, long>(FirstCandidates(merges));
        while (candidates.TryDequeue(out int id, out long priority))
        {
            int left = (int)(priority & uint.MaxValue);
            // The pair may have changed since it was noted.
            if (
                _symbols[left].ByteLength >= 0
                && TryGetMerge(left, merges, out Merge merge)
                && merge.Id == id
                && merge.Rank == (int)(priority >> 32)
            )
            {
                Join(left, merge.Id);
                Consider(_symbols[left].Previous, merges, candidates);
                Consider(left, merges, candidates);
            }
        }
    }

    public IEnumerator<(int Id, int ByteLength)> GetEnumerator()
    {
        for (int index = 0; index < _added; index = _symbols[index].Next)
        {
            yield return (_symbols[index].Id, _symbols[index].ByteLength);
        }
    }

    private List<(int Id, long Priority)> FirstCandidates(MergeTable merges)
    {
        var candidates = new List<(int Id, long Priority)>(_added);
        for (int left = 0; left + 1 < _added; left++)
        {
            if (TryGetMerge(left, merges, out Merge merge))
            {
                candidates.Add((merge.Id, Priority(merge, left)));
            }
        }

        return candidates;
    }

    private void Consider(int left, MergeTable merges, PriorityQueue<int, long> candidates)
    {
        if (left >= 0 && TryGetMerge(left, merges, out Merge merge))
        {
            candidates.Enqueue(merge.Id, Priority(merge, left));
        }
    }

    private static long Priority(Merge merge, int left) => ((long)merge.Rank << 32) | (uint)left;

    private bool TryGetMerge(int left, MergeTable merges, out Merge merge)
    {
        int right = _symbols[left].Next;
        if (right < _added)
        {
            return merges.TryGet(_symbols[left].Id, _symbols[right].Id, out merge);
        }

        merge = default;
        return false;
    }

    private void Join(int left, int id)
    {
        ref Symbol first = ref _symbols[left];
        ref Symbol second = ref _symbols[first.Next];
        first = first with { Id = id, ByteLength = first.ByteLength + second.ByteLength, Next = second.Next };
        second = second with { ByteLength = -1 };
        if (first.Next < _added)
        {
            _symbols[first.Next] = _symbols[first.Next] with { Previous = left };
        }

        Count--;
    }

    private readonly record struct Symbol(int Id, int ByteLength, int Previous, int Next);
}
