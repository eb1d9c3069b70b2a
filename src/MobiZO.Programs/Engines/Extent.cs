namespace MobiZO.Programs.Engines;

/// <summary>The extents that one symbol of a program will have: a few values, or everything up to a most.</summary>
public sealed class Extent
{
    private Extent(IReadOnlyList<long> values, bool isRange) => (Values, IsRange) = (values, isRange);

    /// <summary>Each extent, smallest first; of a range, its most alone.</summary>
    public IReadOnlyList<long> Values { get; }

    /// <summary>Whether anything from 0 to <see cref="Most"/> will be seen.</summary>
    public bool IsRange { get; }

    /// <summary>The largest extent: what memory is planned for.</summary>
    public long Most => Values[^1];

    /// <summary>Nothing but these extents.</summary>
    /// <param name="values">At least one; order and repeats do not matter.</param>
    /// <exception cref="ArgumentException">There is no value, or one is negative.</exception>
    public static Extent OneOf(params IEnumerable<long> values)
    {
        long[] sorted = [.. values.Distinct().Order()];
        return sorted is [>= 0, ..]
            ? new Extent(sorted, isRange: false)
            : throw new ArgumentException($"An extent needs values of 0 or more; found [{string.Join(", ", sorted)}].", nameof(values));
    }

    /// <summary>Everything up to a most.</summary>
    /// <param name="most">The largest extent, 0 or more.</param>
    public static Extent UpTo(long most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return new Extent([most], isRange: true);
    }

    /// <summary>Whether an extent was announced.</summary>
    public bool Covers(long value) => IsRange ? value >= 0 && value <= Most : Values.Contains(value);

    /// <inheritdoc/>
    public override string ToString() => IsRange ? FormattableString.Invariant($"up to {Most}") : string.Join(" or ", Values);
}
