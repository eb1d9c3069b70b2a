namespace MobiZO.Programs.Ops;

/// <summary>
/// How a step estimates the gradient: which copies it evaluates, and how their losses become one projected gradient g_i for each of q
/// queries.
/// </summary>
public enum EstimatorKind
{
    /// <summary>Chosen when a run starts, from what was measured: it depends on the engine and on the other settings.</summary>
    Auto,

    /// <summary>The paper's. All q plus copies, then all q minus copies; g_i = (L_i+ - L_i-) / (2 epsilon).</summary>
    TwoSided,

    /// <summary>
    /// One clean copy, then q plus copies, q at least 2; g_i = (L_i - L_0) / s. L_0 is the loss of the clean copy, s the sample standard
    /// deviation (q - 1) of the differences.
    /// </summary>
    OneSidedNormalized,

    /// <summary>
    /// Forward only: the direction that the clean copy's error shows when it is broadcast to every module that writes into the residual
    /// stream (<c>StepOptions.Broadcast</c>), which AdamW follows, and q random directions, or none, with g_i as
    /// <see cref="OneSidedNormalized"/> has them.
    /// </summary>
    Guided,

    /// <summary>No queries: the exact gradient, by a program of its own (<c>ProgramAssembler.Gradient</c>) on the same engine.</summary>
    Reverse,
}
