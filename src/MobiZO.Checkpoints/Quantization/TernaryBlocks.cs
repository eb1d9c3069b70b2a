namespace MobiZO.Checkpoints.Quantization;

/// <summary>256 weights of one fp16 scale d.</summary>
/// <remarks>Source: ggml (<c>block_tq1_0</c>, <c>block_tq2_0</c>).</remarks>
internal static class TernaryBlocks
{
    /// <summary>
    /// TQ1_0: 48 bytes of five digits to the base 3, 4 bytes of four, d; d * (q - 1). A byte is the number that its digits make as a
    /// fraction, times 256: tripling it pushes the first digit out at the top.
    /// </summary>
    public static void UnpackTQ1_0(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        Digits(block[..32], codes[..160]);
        Digits(block.Slice(32, 16), codes.Slice(160, 80));
        Digits(block.Slice(48, 4), codes[240..]);
        scales[..8].Fill(FloatFormats.ReadFloat16(block, 52));
    }

    /// <summary>TQ2_0: 64 bytes of 2-bit codes q, d; d * (q - 1).</summary>
    public static void UnpackTQ2_0(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        BitPlanes.Unpack(block[..64], 2, 32, codes);
        foreach (ref sbyte code in codes)
        {
            code--;
        }

        scales[..8].Fill(FloatFormats.ReadFloat16(block, 64));
    }

    // The first digits of all bytes come first.
    private static void Digits(ReadOnlySpan<byte> packed, Span<sbyte> codes)
    {
        byte power = 1;
        for (int start = 0; start < codes.Length; start += packed.Length)
        {
            for (int i = 0; i < packed.Length; i++)
            {
                byte rest = unchecked((byte)(packed[i] * power));
                codes[start + i] = (sbyte)(((rest * 3) >> 8) - 1);
            }

            power *= 3;
        }
    }
}
