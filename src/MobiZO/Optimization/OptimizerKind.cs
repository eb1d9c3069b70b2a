namespace MobiZO.Optimization;

/// <summary>How a gradient moves the trained state.</summary>
public enum OptimizerKind
{
    /// <summary>Descent along the gradient, with momentum where that is set.</summary>
    Sgd,

    /// <summary>
    /// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): running means of the gradient and of its square, both
    /// corrected for their start at zero.
    /// </summary>
    AdamW,
}
