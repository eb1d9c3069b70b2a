namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Q2_K and Q3_K: 256 weights as 16 blocks of 16. Codes of 2 bits lie in planes of 32 bytes (see <see cref="BitPlanes"/>).
/// </summary>
/// <remarks>Source: ggml (<c>block_q2_K</c>, <c>block_q3_K</c>).</remarks>
internal static class TwoBitSuperBlocks
{
    private const int Run = 32;

    /// <summary>16 bytes with a 4-bit scale s and a 4-bit minimum m each, 64 bytes of codes q, fp16 d and e; d * s * q - e * m.</summary>
    public static void UnpackQ2_K(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales, Span<float> minima)
    {
        BitPlanes.Unpack(block.Slice(16, 64), 2, Run, codes);
        float scale = FloatFormats.ReadFloat16(block, 80);
        float minimum = FloatFormats.ReadFloat16(block, 82);
        for (int i = 0; i < 16; i++)
        {
            scales[i] = scale * (block[i] & 15);
            minima[i] = -(minimum * (block[i] >> 4));
        }
    }

    /// <summary>
    /// 32 bytes of third bits, 64 bytes of codes, 12 bytes with 6-bit scales s, fp16 d; d * (s - 32) * (q - 4) with the third bit in q.
    /// </summary>
    public static void UnpackQ3_K(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        BitPlanes.Unpack(block.Slice(32, 64), 2, Run, codes);
        BitPlanes.Unpack(block[..32], 1, Run, codes, place: 2);
        foreach (ref sbyte code in codes)
        {
            code -= 4;
        }

        float scale = FloatFormats.ReadFloat16(block, 108);
        ReadOnlySpan<byte> packed = block.Slice(96, 12);
        for (int i = 0; i < 16; i++)
        {
            // Four low bits in the first eight bytes, two high ones in the last four.
            int low = (packed[i % 8] >> (4 * (i / 8))) & 15;
            int high = (packed[8 + (i % 4)] >> (2 * (i / 4))) & 3;
            scales[i] = scale * ((low | (high << 4)) - 32);
        }
    }
}
