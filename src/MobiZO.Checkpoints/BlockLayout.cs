namespace MobiZO.Checkpoints;

/// <summary>
/// A matrix in blocks of <see cref="Size"/> weights along its rows: weight = scale * code + offset with one scale and one offset a block
/// and signed codes from -2^(Bits-1) to 2^(Bits-1) - 1; or weight = scale * level of the code, see <see cref="IsNormalFloat"/>.
/// </summary>
/// <param name="Bits">Bits of a code.</param>
/// <param name="HasOffsets">Whether any offset may differ from zero.</param>
/// <param name="Size">Weights of a block: 16, 32 or 64.</param>
public sealed record BlockLayout(int Bits, bool HasOffsets, int Size = BlockLayout.Elements)
{
    /// <summary>Weights of a block unless a checkpoint stores smaller ones.</summary>
    public const int Elements = 32;

    /// <summary>
    /// Whether codes stand for the 16 levels of NormalFloat, from -1 to 1 and denser about zero, and scales are the largest sizes of a
    /// block. Codes have 4 bits and there are no offsets then.
    /// </summary>
    public bool IsNormalFloat { get; init; }
}
