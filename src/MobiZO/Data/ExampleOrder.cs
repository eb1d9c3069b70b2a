namespace MobiZO.Data;

/// <summary>
/// The order of training examples. Every epoch is a permutation that only (seed, epoch) decides, and steps follow each other through the
/// epochs, so that any step can be asked for at any time: a resumed run needs no state. One instance is for one thread.
/// </summary>
internal sealed class ExampleOrder
{
    private readonly ulong _seed;
    private readonly int[]? _draws;
    private int[] _permutation = [];
    private long _epoch = -1;

    /// <summary>Creates an order.</summary>
    /// <param name="count">Number of training examples, at least 1.</param>
    /// <param name="examplesPerStep">Examples of one step, at least 1.</param>
    /// <param name="seed">Seed of the run.</param>
    public ExampleOrder(int count, int examplesPerStep, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examplesPerStep, 1);
        Count = count;
        ExamplesPerStep = examplesPerStep;
        _seed = seed;
    }

    /// <summary>Creates an order in which examples may come several times an epoch.</summary>
    /// <param name="draws">The examples of an epoch; at least one.</param>
    /// <param name="examplesPerStep">Examples of one step, at least 1.</param>
    /// <param name="seed">Seed of the run.</param>
    public ExampleOrder(int[] draws, int examplesPerStep, ulong seed)
        : this(draws.Length, examplesPerStep, seed)
    {
        _draws = draws;
    }

    /// <summary>Examples of an epoch.</summary>
    public int Count { get; }

    /// <summary>Examples of one step.</summary>
    public int ExamplesPerStep { get; }

    /// <summary>
    /// The examples of a step, as their indices. A step at the end of an epoch continues in the next one.
    /// </summary>
    /// <param name="step">Step, counted from 0.</param>
    public int[] IndicesOf(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var indices = new int[ExamplesPerStep];
        for (int k = 0; k < indices.Length; k++)
        {
            (long epoch, long position) = Math.DivRem(checked((step * ExamplesPerStep) + k), Count);
            if (epoch != _epoch)
            {
                _permutation = KeyedDraw.Permutation(Count, _seed, (ulong)epoch);
                _epoch = epoch;
            }

            indices[k] = _draws is null ? _permutation[position] : _draws[_permutation[position]];
        }

        return indices;
    }
}
