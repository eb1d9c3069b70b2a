namespace MobiZO.Programs.Engines;

/// <summary>What an engine's numbers depend on. Nobody above asks which engine it is.</summary>
public sealed record EngineTraits
{
    /// <summary>
    /// Values of a vector in kernels that go over a tensor element by element. Where the width of a row is no multiple, its last vector
    /// holds a part of the next row, and its last bits may depend on that row. 1: rows never share a vector.
    /// </summary>
    public int VectorValues { get; init; } = 1;

    /// <summary>
    /// Whether the numbers of a row are the same whatever rows are computed with it, given rows of whole vectors. When false it is tried
    /// before it is relied on: kernels may sum in an order that depends on the size of the batch.
    /// </summary>
    public required bool AreRowsIndependent { get; init; }

    /// <summary>
    /// Whether a number of one copy that overflows leaves the other copies alone, also in the shorter program for one token a row, where
    /// all copies are one product.
    /// </summary>
    public required bool AreCopiesIndependent { get; init; }

    /// <summary>
    /// What the last bits depend on besides program and weights, e.g. threads, packing and device; a part of the names of caches.
    /// </summary>
    public required string Numerics { get; init; }

    /// <summary>Whether the engine runs programs of exact gradients.</summary>
    public bool HasGradients { get; init; } = true;

    /// <summary>Whether the engine runs programs of packed rows, whose tokens see what they are told to.</summary>
    public bool HasTrees { get; init; } = true;

    /// <summary>The lengths that the engine wants to see.</summary>
    public LengthGrid Lengths { get; init; } = LengthGrid.Exact;

    /// <summary>Whether rows of these widths are independent: true, false, or null when it has to be tried.</summary>
    public bool? RowsAreIndependent(params IReadOnlyList<int> widths) =>
        widths.Any(width => width % VectorValues != 0) ? false
        : AreRowsIndependent ? true
        : null;
}
