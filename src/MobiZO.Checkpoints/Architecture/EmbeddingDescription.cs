namespace MobiZO.Checkpoints.Architecture;

/// <summary>What enters the first layer: row of the token * scale + row of the position, normed.</summary>
/// <param name="Table">One row a token id [V, H].</param>
public sealed record EmbeddingDescription(ModelTensor Table)
{
    /// <summary>Factor of the token's row.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Learned positions [offset + longest, H]; null: none.</summary>
    public ModelTensor? Positions { get; init; }

    /// <summary>The row of <see cref="Positions"/> for position 0.</summary>
    public int PositionOffset { get; init; }

    /// <summary>Norm of the sum; null: none.</summary>
    public NormDescription? Norm { get; init; }

    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors => [Table, .. Positions is null ? [] : (ModelTensor[])[Positions], .. Norm?.Tensors ?? []];
}
