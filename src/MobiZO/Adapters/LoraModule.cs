namespace MobiZO.Adapters;

/// <summary>The low-rank pair of one adapted linear module: y = x W^T + scale * (x A^T) B^T.</summary>
public sealed record LoraModule
{
    /// <summary>Creates the pair.</summary>
    /// <param name="name">Name in the base model, for example <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <param name="rank">Rank r.</param>
    /// <param name="inputSize">Width of the input.</param>
    /// <param name="outputSize">Width of the output.</param>
    /// <param name="a">A [r, in], row-major.</param>
    /// <param name="b">B [out, r], row-major.</param>
    /// <exception cref="ArgumentException">A size is below 1 or a length does not fit.</exception>
    public LoraModule(string name, int rank, int inputSize, int outputSize, float[] a, float[] b)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (rank < 1 || inputSize < 1 || outputSize < 1 || a.Length != (long)rank * inputSize || b.Length != (long)outputSize * rank)
        {
            throw new ArgumentException(
                $"module '{name}': A [{rank}, {inputSize}] and B [{outputSize}, {rank}] cannot have {a.Length} and {b.Length} values"
            );
        }

        Name = name;
        Rank = rank;
        InputSize = inputSize;
        OutputSize = outputSize;
        A = a;
        B = b;
    }

    /// <summary>Name in the base model.</summary>
    public string Name { get; }

    /// <summary>Rank r.</summary>
    public int Rank { get; }

    /// <summary>Width of the input.</summary>
    public int InputSize { get; }

    /// <summary>Width of the output.</summary>
    public int OutputSize { get; }

    /// <summary>A [r, in], row-major.</summary>
    public float[] A { get; }

    /// <summary>B [out, r], row-major.</summary>
    public float[] B { get; }
}
