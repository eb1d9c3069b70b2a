namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Q4_K and Q5_K: 256 weights as 8 blocks of 32, each with a 6-bit scale s and a 6-bit minimum m; d * s * q - e * m with fp16 d and e.
/// </summary>
/// <remarks>Source: ggml (<c>block_q4_K</c>, <c>block_q5_K</c>, <c>get_scale_min_k4</c>).</remarks>
internal static class FourBitSuperBlocks
{
    private const int Run = 32;

    /// <summary>d, e, 12 bytes of scales and minima, 128 bytes of 4-bit codes.</summary>
    public static void UnpackQ4_K(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales, Span<float> minima)
    {
        ReadHeader(block, scales, minima);
        BitPlanes.Unpack(block.Slice(16, 128), 4, Run, codes);
    }

    /// <summary>d, e, 12 bytes of scales and minima, 32 bytes of fifth bits, 128 bytes of 4-bit codes.</summary>
    public static void UnpackQ5_K(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales, Span<float> minima)
    {
        ReadHeader(block, scales, minima);
        BitPlanes.Unpack(block.Slice(48, 128), 4, Run, codes);
        BitPlanes.Unpack(block.Slice(16, 32), 1, Run, codes, place: 4);
    }

    private static void ReadHeader(ReadOnlySpan<byte> block, Span<float> scales, Span<float> minima)
    {
        float scale = FloatFormats.ReadFloat16(block, 0);
        float minimum = FloatFormats.ReadFloat16(block, 2);
        ReadOnlySpan<byte> packed = block.Slice(4, 12);
        for (int i = 0; i < 4; i++)
        {
            // The first four are whole; the upper two bits of the last four lie above them.
            (byte s, byte m, byte rest) = (packed[i], packed[4 + i], packed[8 + i]);
            (scales[i], minima[i]) = (scale * (s & 63), -(minimum * (m & 63)));
            scales[4 + i] = scale * ((rest & 15) | ((s >> 6) << 4));
            minima[4 + i] = -(minimum * ((rest >> 4) | ((m >> 6) << 4)));
        }
    }
}
