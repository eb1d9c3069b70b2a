namespace MobiZO.Merging;

/// <summary>How the changed matrices of a merged GGUF file are written.</summary>
public enum MergedType
{
    /// <summary>
    /// As they are stored where that is a float type or Q8_0; else as Q8_0, or F16 where rows are not whole blocks of 32.
    /// </summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>16-bit floats.</summary>
    F16,

    /// <summary>
    /// Blocks of 32 bytes with a scale; rows that are not whole blocks are refused, and become F16 where a folder is written as GGUF.
    /// </summary>
    Q8_0,

    /// <summary>
    /// Blocks of 4-bit codes (Q4_K); rows that are not whole super-blocks of 256 become Q8_0, or F16 where they are not whole blocks of 32.
    /// </summary>
    Q4_K,
}
