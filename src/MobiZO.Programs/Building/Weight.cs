namespace MobiZO.Programs.Building;

/// <summary>A frozen tensor of the checkpoint.</summary>
/// <param name="Name">Hugging Face tensor name.</param>
/// <param name="Shape">Extents; linear weights are [out, in].</param>
public sealed record Weight(string Name, params IReadOnlyList<int> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <inheritdoc/>
    public bool Equals(Weight? other) => other is not null && Name == other.Name && Shape.SequenceEqual(other.Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
