namespace MobiZO.Programs.Ops;

/// <summary>
/// How the losses of the copies of a step become one projected gradient g_i for each of q queries, and which copies that takes.
/// </summary>
public enum EstimatorKind
{
    /// <summary>The paper's. All q plus copies, then all q minus copies; g_i = (L_i+ - L_i-) / (2 epsilon).</summary>
    TwoSided,

    /// <summary>
    /// One clean copy, then q plus copies, q at least 2; g_i = (L_i - L_0) / s. L_0 is the loss of the clean copy, s the sample standard
    /// deviation (q - 1) of the differences.
    /// </summary>
    OneSidedNormalized,
}
