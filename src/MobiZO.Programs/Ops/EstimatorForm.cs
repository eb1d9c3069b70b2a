namespace MobiZO.Programs.Ops;

/// <summary>Layout of the copies of one step and the scale of the projected gradients.</summary>
public enum EstimatorForm
{
    /// <summary>All plus copies, then all minus copies; g = (L+ - L-) / (2 epsilon).</summary>
    TwoSided,

    /// <summary>The two-sided gradients divided by their root mean square over the queries.</summary>
    TwoSidedNormalized,

    /// <summary>One clean copy, then all plus copies; g = (L - L0) / epsilon.</summary>
    OneSided,

    /// <summary>The same copies; g = (L - L0) / s, s the sample standard deviation of L - L0 over the queries.</summary>
    OneSidedNormalized,
}
