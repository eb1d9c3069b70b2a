namespace MobiZO.Text.Tokenizers.Models;

/// <summary>
/// Places where a merge may be done, lowest rank first and leftmost among equals. Places come in an order that is nearly sorted, so those
/// of one rank stand in a list; a heap holds the few that come too late. A long run of one character costs no more than other text.
/// </summary>
internal sealed class MergeQueue
{
    private readonly Dictionary<int, Bucket> _buckets = [];
    private readonly PriorityQueue<Bucket, int> _ranks = new();

    public void Add(int rank, int place)
    {
        if (!_buckets.TryGetValue(rank, out Bucket? bucket))
        {
            bucket = new Bucket();
            _buckets.Add(rank, bucket);
        }

        if (bucket.IsEmpty)
        {
            _ranks.Enqueue(bucket, rank);
        }

        bucket.Add(place);
    }

    public bool TryTake(out int rank, out int place)
    {
        if (!_ranks.TryPeek(out Bucket? bucket, out rank))
        {
            place = -1;
            return false;
        }

        place = bucket.Take();
        if (bucket.IsEmpty)
        {
            _ranks.Dequeue();
        }

        return true;
    }

    /// <summary>The places of one rank.</summary>
    private sealed class Bucket
    {
        private readonly List<int> _sorted = [];
        private PriorityQueue<int, int>? _late;
        private int _next;

        public bool IsEmpty => _next == _sorted.Count && (_late is null || _late.Count == 0);

        public void Add(int place)
        {
            if (_next == _sorted.Count)
            {
                _sorted.Clear();
                _next = 0;
            }

            if (_sorted.Count == 0 || place >= _sorted[^1])
            {
                _sorted.Add(place);
                return;
            }

            _late ??= new PriorityQueue<int, int>();
            _late.Enqueue(place, place);
        }

        public int Take() =>
            _late is { Count: > 0 } late && (_next == _sorted.Count || late.Peek() < _sorted[_next]) ? late.Dequeue() : _sorted[_next++];
    }
}
