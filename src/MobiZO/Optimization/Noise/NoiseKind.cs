namespace MobiZO.Optimization.Noise;

/// <summary>The distribution of a random direction z.</summary>
public enum NoiseKind
{
    /// <summary>Independent values of mean 0 and variance 1, normally distributed.</summary>
    Gaussian,

    /// <summary>Independent values +1 and -1, equally likely.</summary>
    Rademacher,
}
