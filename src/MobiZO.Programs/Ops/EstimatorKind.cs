namespace MobiZO.Programs.Ops;

/// <summary>
/// How a step estimates the gradient: which copies it evaluates, and how their losses become one projected gradient g_i for each of q
/// queries.
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

    /// <summary>No queries: the exact gradient, computed by a program of its own (<c>ProgramAssembler.Gradient</c>) on the same engine.</summary>
    Reverse,
}
