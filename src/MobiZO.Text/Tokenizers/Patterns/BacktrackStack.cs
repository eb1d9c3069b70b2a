namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Where a match may go on after a failure.</summary>
internal sealed class BacktrackStack
{
    private const int LargestKept = 1 << 14;

    [ThreadStatic]
    private static BacktrackStack? s_spare;

    private Backtrack[] _items = new Backtrack[64];

    public int Count { get; private set; }

    /// <summary>How often a search went back so far.</summary>
    public long Failures { get; set; }

    /// <summary>A stack of this thread.</summary>
    public static BacktrackStack Rent()
    {
        BacktrackStack stack = s_spare ?? new BacktrackStack();
        s_spare = null;
        stack.Failures = 0;
        return stack;
    }

    /// <summary>Gives a stack back; large ones are let go.</summary>
    public void Return()
    {
        Count = 0;
        s_spare = _items.Length <= LargestKept ? this : null;
    }

    public void Push(Backtrack item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }

        _items[Count++] = item;
    }

    public Backtrack Pop() => _items[--Count];

    /// <summary>Forgets everything above a height.</summary>
    public void CutTo(int count) => Count = count;
}
