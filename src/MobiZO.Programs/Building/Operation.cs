namespace MobiZO.Programs.Building;

/// <summary>
/// A decoder-level operation. Shape letters: N rows of the engine's batch, S tokens a row, P copies, X distinct examples, C = N / X copies
/// an example, T cached prompt tokens, R answer positions, K candidates, H hidden, V vocabulary, r rank, q queries.
/// </summary>
public abstract record Operation
{
    /// <summary>Frozen tensors that the operation reads.</summary>
    public virtual IEnumerable<Weight> Weights => [];

    /// <summary>The shapes of the results for these inputs.</summary>
    /// <exception cref="ProgramException">The inputs do not fit the operation.</exception>
    public abstract IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs);

    /// <summary>What the elements of the results are.</summary>
    public virtual ElementType ResultType(IReadOnlyList<Value> inputs) => ElementType.Float32;

    private protected void Expect(bool condition, string expected, IReadOnlyList<Value> inputs)
    {
        if (!condition)
        {
            throw new ProgramException($"{GetType().Name} expects {expected}; given were {string.Join("; ", inputs)}.");
        }
    }
}
