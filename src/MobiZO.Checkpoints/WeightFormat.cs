namespace MobiZO.Checkpoints;

/// <summary>How an engine holds the frozen matrices of a model. Activations, norms, biases and adapters are fp32 in every format.</summary>
public enum WeightFormat
{
    /// <summary>fp32, 32 bits a weight, whatever the checkpoint stores.</summary>
    Float32,

    /// <summary>
    /// 8-bit codes in blocks of 32 with an fp32 scale: 9 bits a weight (10 with offsets). Some checkpoints store blocks of 16, which have
    /// twice the scales.
    /// </summary>
    Int8,

    /// <summary>
    /// 4-bit codes in blocks of 32 with an fp32 scale and an fp32 offset: 6 bits a weight (5 without offsets). The embedding and the head
    /// have 8 bits unless the checkpoint stores 4.
    /// </summary>
    Int4,

    /// <summary>
    /// Not decided yet: <see cref="Stored"/> for a quantised file, fp32 for any other. Who opens a model decides it; no engine takes it.
    /// </summary>
    Auto,

    /// <summary>
    /// What the checkpoint stores: its 4-bit codes and narrower ones in 4 bits, its wider codes in 8, with its own scales and offsets, and
    /// fp32 for everything else. No stored code is rounded.
    /// </summary>
    Stored,

    /// <summary>
    /// NormalFloat of 4 bits in blocks of 64 with an fp32 scale: 4.5 bits a weight. Every matrix is rounded to it; the embedding and the
    /// head have 8 bits, as in <see cref="Int8"/>.
    /// </summary>
    Nf4,
}
