namespace MobiZO.Programs.Building;

/// <summary>The extents of a value, outermost first.</summary>
/// <param name="Dimensions">One per axis.</param>
public sealed record Shape(params IReadOnlyList<Dimension> Dimensions)
{
    /// <summary>Number of axes.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>The extent of an axis.</summary>
    public Dimension this[int axis] => Dimensions[axis];

    /// <summary>The product of all extents.</summary>
    public Dimension Size => Dimensions.Aggregate((Dimension)1, (product, next) => product * next);

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(Rank, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}
