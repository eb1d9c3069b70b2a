namespace MobiZO.Checkpoints.Gguf;

/// <summary>
/// The order of q and k rows. Llama GGUF files hold each head's rows as interleaved pairs (2i, 2i + 1) for the rotary embedding;
/// Hugging Face holds the first halves of all pairs, then the second halves (i, i + headDimension / 2).
/// </summary>
internal static class RotaryRows
{
    /// <summary>The GGUF row that holds a Hugging Face row.</summary>
    public static long Stored(long row, int headDimension)
    {
        (long head, long within) = Math.DivRem(row, headDimension);
        (long half, long pair) = Math.DivRem(within, headDimension / 2);
        return (head * headDimension) + (pair * 2) + half;
    }
}
