using MobiZO.Programs.Ops;

namespace MobiZO.Optimization;

/// <summary>The copies of a step in the order of the stack, or some of them.</summary>
/// <remarks>
/// Two-sided: q plus copies, then q minus copies. One-sided and guided: the clean copy, then q plus copies. Reverse: the
/// clean copy, and no query.
/// </remarks>
internal sealed class CopyPlan
{
    private CopyPlan(EstimatorKind? estimator, int queries, IReadOnlyList<PerturbedCopy> copies)
    {
        Estimator = estimator;
        Queries = queries;
        Copies = copies;
    }

    /// <summary>
    /// The estimator that the copies serve; null for a slice and for copies along a line, whose losses give no projected gradients.
    /// </summary>
    public EstimatorKind? Estimator { get; }

    /// <summary>Number of queries q of the whole step: the directions that are drawn for it.</summary>
    public int Queries { get; }

    /// <summary>The copies; their number is P.</summary>
    public IReadOnlyList<PerturbedCopy> Copies { get; }

    /// <summary>Number of copies P.</summary>
    public int Count => Copies.Count;

    /// <summary>Lays out the copies of a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The estimator is unknown or not chosen yet, or needs more queries.</exception>
    public static CopyPlan Create(EstimatorKind estimator, int queries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, estimator.LeastQueries());
        var all = Enumerable.Range(0, queries);
        var plus = all.Select(query => new PerturbedCopy(query, 1));
        return estimator switch
        {
            EstimatorKind.TwoSided => new CopyPlan(estimator, queries, [.. plus, .. all.Select(query => new PerturbedCopy(query, -1))]),
            EstimatorKind.OneSidedNormalized or EstimatorKind.Guided => new CopyPlan(
                estimator,
                queries,
                [new PerturbedCopy(0, 0), .. plus]
            ),
            EstimatorKind.Reverse => new CopyPlan(estimator, 0, [new PerturbedCopy(0, 0)]),
            _ => throw new ArgumentOutOfRangeException(nameof(estimator), estimator, "an estimator without copies of its own"),
        };
    }

    /// <summary>Copies along one direction: copy i is B + factors[i] * eps * z_0.</summary>
    public static CopyPlan CreateLine(IEnumerable<float> factors) =>
        new(null, 1, [.. factors.Select(factor => new PerturbedCopy(0, factor))]);

    /// <summary>
    /// Some copies of the same step. Their losses are those that the whole step has at these places, whoever evaluates them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the copies.</exception>
    public CopyPlan Slice(Range copies)
    {
        var (start, length) = copies.GetOffsetAndLength(Count);
        return length == Count ? this : new CopyPlan(null, Queries, [.. Copies.Skip(start).Take(length)]);
    }

    /// <summary>The copies in slices of at most so many, in order.</summary>
    public IEnumerable<CopyPlan> Cut(int mostCopies)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostCopies, 1);
        for (var start = 0; start < Count; start += Math.Min(mostCopies, Count - start))
        {
            yield return Slice(start..(start + Math.Min(mostCopies, Count - start)));
        }
    }

    /// <summary>The copy whose loss is L_i+ (two-sided) or L_i (one-sided); of a whole plan.</summary>
    public int PlusCopy(int query) => Estimator!.Value.IsTwoSided() ? query : 1 + query;

    /// <summary>The copy that loss is compared with: the minus copy, or the clean copy; of a whole plan.</summary>
    public int BaseCopy(int query) => Estimator!.Value.IsTwoSided() ? Queries + query : 0;
}
