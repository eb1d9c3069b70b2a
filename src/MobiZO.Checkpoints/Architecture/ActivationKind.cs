namespace MobiZO.Checkpoints.Architecture;

/// <summary>The non-linear function of an MLP.</summary>
public enum ActivationKind
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x * (1 + erf(x / sqrt(2))) / 2.</summary>
    Gelu,

    /// <summary>The tanh form of GELU: x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2.</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
