namespace MobiZO.ExecuTorch.Delegates;

/// <summary>Nodes of XNNPACK, with their numbers in ExecuTorch's <c>backends/xnnpack/serialization/schema.fbs</c>.</summary>
internal enum XnnKind : byte
{
    /// <summary>a + b.</summary>
    Add = 1,

    /// <summary>x W^T + b.</summary>
    FullyConnected = 2,

    /// <summary>Softmax over the last axis.</summary>
    Softmax = 3,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid = 4,

    /// <summary>The axes in another order.</summary>
    StaticTranspose = 5,

    /// <summary>No less and no more than two numbers.</summary>
    Clamp = 6,

    /// <summary>a / b.</summary>
    Div = 8,

    /// <summary>a * b.</summary>
    Multiply = 15,

    /// <summary>a - b.</summary>
    Subtract = 16,

    /// <summary>The same values in another shape.</summary>
    StaticReshape = 20,

    /// <summary>Two tensors one behind the other; three and four have the numbers behind it.</summary>
    Concatenate2 = 32,

    /// <summary>A part of a tensor.</summary>
    StaticSlice = 35,

    /// <summary>[.., m, k] times [.., k, n].</summary>
    BatchMatrixMultiply = 37,

    /// <summary>1 / sqrt(x).</summary>
    ReciprocalSquareRoot = 40,

    /// <summary>GELU with the error function.</summary>
    Gelu = 42,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh = 43,
}
