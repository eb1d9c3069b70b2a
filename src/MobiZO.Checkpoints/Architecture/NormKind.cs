namespace MobiZO.Checkpoints.Architecture;

/// <summary>How a norm is computed.</summary>
public enum NormKind
{
    /// <summary>x / sqrt(mean(x^2) + epsilon) * weight.</summary>
    RootMeanSquare,

    /// <summary>(x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias.</summary>
    Layer,
}
