namespace MobiZO.Optimization;

/// <summary>The copies of a step in the order of the stack.</summary>
/// <remarks>
/// Two-sided: q plus copies, then q minus copies. One-sided: the clean copy, then q plus copies. One-sided with own examples for every query:
/// q clean copies (one on the examples of each query), then q plus copies.
/// </remarks>
public sealed class CopyPlan
{
    private CopyPlan(EstimatorMode mode, int queries, bool ownExamples, IReadOnlyList<PerturbedCopy> copies)
    {
        Mode = mode;
        Queries = queries;
        OwnExamples = ownExamples;
        Copies = copies;
    }

    /// <summary>The estimator the copies serve.</summary>
    public EstimatorMode Mode { get; }

    /// <summary>Number of queries q.</summary>
    public int Queries { get; }

    /// <summary>True when every query has examples of its own, shared by its copies; false when all copies see the same mini-batch.</summary>
    public bool OwnExamples { get; }

    /// <summary>The copies; their number is P.</summary>
    public IReadOnlyList<PerturbedCopy> Copies { get; }

    /// <summary>Number of copies P.</summary>
    public int Count => Copies.Count;

    /// <summary>Lays out the copies of a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of queries is too small for the mode (1; normalised modes 2), or the mode is unknown.</exception>
    public static CopyPlan Create(EstimatorMode mode, int queries, bool ownExamples = false)
    {
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "unknown estimator mode");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(queries, mode.IsNormalized() ? 2 : 1);
        var all = Enumerable.Range(0, queries);
        var plus = all.Select(query => new PerturbedCopy(query, 1));
        IEnumerable<PerturbedCopy> copies = mode.IsTwoSided()
            ? [.. plus, .. all.Select(query => new PerturbedCopy(query, -1))]
            : [.. Enumerable.Range(0, ownExamples ? queries : 1).Select(query => new PerturbedCopy(query, 0)), .. plus];
        return new CopyPlan(mode, queries, ownExamples, [.. copies]);
    }

    /// <summary>The copies see the first of this many equal parts of the step's examples; 1: all of them.</summary>
    internal int ExampleParts { get; private init; } = 1;

    /// <summary>Copies along one direction: copy i is B + factors[i] * eps * z_0.</summary>
    /// <param name="factors">One for each copy.</param>
    /// <param name="exampleParts">Queries with examples of their own in a step of the run; a line needs those of one.</param>
    internal static CopyPlan CreateLine(IReadOnlyList<float> factors, int exampleParts) =>
        new(EstimatorMode.OneSided, 1, ownExamples: false, [.. factors.Select(factor => new PerturbedCopy(0, factor))]) { ExampleParts = exampleParts };

    /// <summary>The copy whose loss is L_i+ (two-sided) or L_i (one-sided).</summary>
    internal int PlusCopy(int query) => Mode.IsTwoSided() ? query : Count - Queries + query;

    /// <summary>The copy that loss is compared with: the minus copy, or the clean copy on the same examples.</summary>
    internal int BaseCopy(int query) => Mode.IsTwoSided() ? Queries + query : OwnExamples ? query : 0;
}
