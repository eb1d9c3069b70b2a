namespace MobiZO.Optimization;

/// <summary>One trained matrix B [out, r] inside the flat trained state.</summary>
public sealed record StateSegment
{
    internal StateSegment(string name, int inputSize, int outputSize, int rank, int offset)
    {
        Name = name;
        InputSize = inputSize;
        OutputSize = outputSize;
        Rank = rank;
        Offset = offset;
    }

    /// <summary>The adapted module, for example <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name { get; }

    /// <summary>Width of the module's input: A is [r, in].</summary>
    public int InputSize { get; }

    /// <summary>Width of the module's output: B is [out, r].</summary>
    public int OutputSize { get; }

    /// <summary>Rank r of the adapter in this module.</summary>
    public int Rank { get; }

    /// <summary>First element in the flat state.</summary>
    public int Offset { get; }

    /// <summary>Number of elements, out * r.</summary>
    public int Length => OutputSize * Rank;
}
