namespace MobiZO.Checkpoints.Architecture;

/// <summary>
/// One decoder layer. In sequence: middle = x + post(attention(norm(x))), out = middle + post(mlp(norm(middle))).
/// Parallel: out = x + post(attention(norm(x))) + post(mlp(norm(x))).
/// </summary>
public sealed record LayerDescription
{
    /// <summary>Name of the layer's module, e.g. <c>model.layers.0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Norm before attention; null: attention reads the residual stream.</summary>
    public NormDescription? AttentionNorm { get; init; }

    /// <summary>Norm of what attention gives; null: none.</summary>
    public NormDescription? AttentionPostNorm { get; init; }

    /// <summary>
    /// Norm before the MLP; null: the MLP reads the residual stream, or in a parallel layer the states that attention reads.
    /// </summary>
    public NormDescription? MlpNorm { get; init; }

    /// <summary>Norm of what the MLP gives; null: none.</summary>
    public NormDescription? MlpPostNorm { get; init; }

    /// <summary>Attention.</summary>
    public required AttentionDescription Attention { get; init; }

    /// <summary>The MLP.</summary>
    public required MlpDescription Mlp { get; init; }

    /// <summary>Whether attention and MLP both read the input of the layer.</summary>
    public bool IsParallel { get; init; }

    /// <summary>Factor of what attention and the MLP add to the residual stream.</summary>
    public double ResidualScale { get; init; } = 1;

    /// <summary>Its linear layers, in the order they are computed.</summary>
    public IEnumerable<LinearDescription> Linears => [.. Attention.Linears, .. Mlp.Linears];

    /// <summary>Those of them that write to the residual stream.</summary>
    internal IEnumerable<LinearDescription> StreamWriters => [Attention.Output, Mlp.Down];

    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors =>
        [
            .. AttentionNorm?.Tensors ?? [],
            .. AttentionPostNorm?.Tensors ?? [],
            .. MlpNorm?.Tensors ?? [],
            .. MlpPostNorm?.Tensors ?? [],
            .. Attention.Tensors,
            .. Mlp.Tensors,
        ];
}
