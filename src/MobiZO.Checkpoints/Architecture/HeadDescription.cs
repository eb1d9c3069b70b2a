namespace MobiZO.Checkpoints.Architecture;

/// <summary>From the last states to logits: cap * tanh((x W^T + b) * scale / cap).</summary>
/// <param name="Table">W [V, H]: the embedding itself when the head is tied.</param>
public sealed record HeadDescription(ModelTensor Table)
{
    /// <summary>b [V], or none.</summary>
    public ModelTensor? Bias { get; init; }

    /// <summary>Factor of the logits.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Soft cap of the logits; null: none.</summary>
    public double? Cap { get; init; }
}
