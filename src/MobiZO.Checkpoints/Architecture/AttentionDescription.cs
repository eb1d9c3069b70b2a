namespace MobiZO.Checkpoints.Architecture;

/// <summary>Grouped causal self-attention of one layer.</summary>
public sealed record AttentionDescription
{
    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Factor of query times key, e.g. 1 / sqrt(head width).</summary>
    public required double Scale { get; init; }

    /// <summary>Queries, keys and values: three projections, or one that holds all, by <see cref="Layout"/>.</summary>
    public required IReadOnlyList<LinearDescription> Projections { get; init; }

    /// <summary>How <see cref="Projections"/> are to be read.</summary>
    public ProjectionLayout Layout { get; init; }

    /// <summary>The projection back to the residual stream.</summary>
    public required LinearDescription Output { get; init; }

    /// <summary>Norm of queries before rotation: of each head (weight [head width]) or of all heads together; or none.</summary>
    public NormDescription? QueryNorm { get; init; }

    /// <summary>Norm of keys, as <see cref="QueryNorm"/>.</summary>
    public NormDescription? KeyNorm { get; init; }

    /// <summary>Rotary position embedding; null: this layer rotates nothing.</summary>
    public RotaryDescription? Rotary { get; init; }

    /// <summary>Tokens a query sees, its own included; null: all before it.</summary>
    public int? Window { get; init; }

    /// <summary>Scores become cap * tanh(score / cap); null: they stay.</summary>
    public double? ScoreCap { get; init; }

    /// <summary>Its linear layers, in the order they are computed.</summary>
    public IEnumerable<LinearDescription> Linears => [.. Projections, Output];

    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors =>
        [.. Projections.SelectMany(linear => linear.Tensors), .. Output.Tensors, .. QueryNorm?.Tensors ?? [], .. KeyNorm?.Tensors ?? []];
}
