namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The tokens of a word while they are being merged: a linked list in an array.</summary>
/// <param name="capacity">Most tokens that are added.</param>
internal sealed class SymbolChain(int capacity)
{
    /// <summary>Up to here looking at all pairs costs less than keeping them in order.</summary>
    private const int ShortWord = 40;

    private static readonly Merge s_noMerge = new(int.MaxValue, -1);

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
        if (_added <= ShortWord)
        {
            MergeShort(merges);
        }
        else
        {
            MergeLong(merges);
        }
    }

    public IEnumerator<(int Id, int ByteLength)> GetEnumerator()
    {
        for (int index = 0; index < _added; index = _symbols[index].Next)
        {
            yield return (_symbols[index].Id, _symbols[index].ByteLength);
        }
    }

    /// <summary>Looks for the best pair again and again.</summary>
    private void MergeShort(MergeTable merges)
    {
        Span<Merge> pairs = stackalloc Merge[ShortWord];
        for (int left = 0; left < _added; left++)
        {
            pairs[left] = Candidate(left, merges);
        }

        while (true)
        {
            int best = 0;
            for (int left = 0; left < _added; left = _symbols[left].Next)
            {
                best = pairs[left].Rank < pairs[best].Rank ? left : best;
            }

            if (_added == 0 || pairs[best].Rank == s_noMerge.Rank)
            {
                return;
            }

            Join(best, pairs[best].Id);
            pairs[best] = Candidate(best, merges);
            int before = _symbols[best].Previous;
            if (before >= 0)
            {
                pairs[before] = Candidate(before, merges);
            }
        }
    }

    private void MergeLong(MergeTable merges)
    {
        var queue = new MergeQueue();
        for (int left = 0; left < _added; left++)
        {
            Consider(left, merges, queue);
        }

        while (queue.TryTake(out int rank, out int left))
        {
            // The pair may have changed since it was noted.
            if (_symbols[left].ByteLength >= 0 && TryGetMerge(left, merges, out Merge merge) && merge.Rank == rank)
            {
                Join(left, merge.Id);
                Consider(_symbols[left].Previous, merges, queue);
                Consider(left, merges, queue);
            }
        }
    }

    private void Consider(int left, MergeTable merges, MergeQueue queue)
    {
        if (left >= 0 && TryGetMerge(left, merges, out Merge merge))
        {
            queue.Add(merge.Rank, left);
        }
    }

    private Merge Candidate(int left, MergeTable merges) => TryGetMerge(left, merges, out Merge merge) ? merge : s_noMerge;

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
