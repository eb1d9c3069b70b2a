namespace MobiZO.Checkpoints.Configuration;

/// <summary>Parameters of YaRN scaling.</summary>
/// <param name="Factor">Divisor of the low frequencies.</param>
/// <param name="OriginalMaxPositions">Context before it was extended.</param>
internal sealed record YarnScaling(double Factor, double OriginalMaxPositions)
{
    /// <summary>Frequencies with more turns than this over the original context stay.</summary>
    public double FastTurns { get; init; } = 32;

    /// <summary>Frequencies with fewer turns than this are divided.</summary>
    public double SlowTurns { get; init; } = 1;

    /// <summary>Whether the two bounds become whole dimensions.</summary>
    public bool IsTruncated { get; init; } = true;

    /// <summary>Factor of every cosine and sine.</summary>
    public double AttentionFactor { get; init; } = Magnitude(Factor, 1);

    /// <summary>The factor of cosines and sines that goes with a divisor.</summary>
    public static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;
}
