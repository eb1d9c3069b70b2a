namespace MobiZO.Optimization;

/// <summary>How the losses of the copies become one projected gradient for each query.</summary>
public enum EstimatorMode
{
    /// <summary>g_i = (L_i+ - L_i-) / (2 eps); 2q copies.</summary>
    TwoSided,

    /// <summary>g_i = (L_i - L_0) / eps with L_0 the loss of the clean copy; q + 1 copies.</summary>
    OneSided,

    /// <summary>g_i = (L_i - L_0) / s with s the sample standard deviation (q - 1) of the perturbed losses; q + 1 copies, q at least 2.</summary>
    OneSidedNormalized,

    /// <summary>The two-sided g_i divided by the root of the mean of their squares; 2q copies, q at least 2.</summary>
    TwoSidedNormalized,
}
