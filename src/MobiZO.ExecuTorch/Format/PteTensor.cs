namespace MobiZO.ExecuTorch.Format;

/// <summary>A tensor of a method; one object is one tensor.</summary>
/// <param name="type">Its elements.</param>
/// <param name="shape">Its extents, outermost first.</param>
/// <param name="kind">Where its bytes are.</param>
internal sealed class PteTensor(PteType type, IReadOnlyList<int> shape, PteTensorKind kind)
{
    /// <summary>Its elements.</summary>
    public PteType Type => type;

    /// <summary>Its extents.</summary>
    public IReadOnlyList<int> Shape => shape;

    /// <summary>Where its bytes are.</summary>
    public PteTensorKind Kind => kind;

    /// <summary>Place in the method's list of values.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Name of its data; null for those that have none.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Name of the scales of a named matrix whose data is a signed byte a value, with one fp32 scale a row; null: its data is fp32.
    /// </summary>
    public string? Scales { get; init; }

    /// <summary>The scales themselves, where delegates know no data by name; else null.</summary>
    public float[]? ScaleValues { get; init; }

    /// <summary>Number of the constant, from 1, or of the initial value; 0: none.</summary>
    public int Data { get; set; }

    /// <summary>Place in the planned memory; -1: it has none there.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Number of elements.</summary>
    public long Count => shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Its size.</summary>
    public long Bytes => Count * type.SizeOf();

    /// <inheritdoc/>
    public override string ToString() => $"{type} [{string.Join(", ", shape)}]";
}
