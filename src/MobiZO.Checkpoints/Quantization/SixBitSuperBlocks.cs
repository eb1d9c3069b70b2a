namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Q6_K: 256 weights as 16 blocks of 16. 128 bytes of low four bits, 64 bytes of high two, 16 signed scales s, fp16 d; d * s * (q - 32).
/// </summary>
/// <remarks>Source: ggml (<c>block_q6_K</c>).</remarks>
internal static class SixBitSuperBlocks
{
    public static void UnpackQ6_K(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        BitPlanes.Unpack(block[..128], 4, 64, codes);
        BitPlanes.Unpack(block.Slice(128, 64), 2, 32, codes, place: 4);
        foreach (ref sbyte code in codes)
        {
            code -= 32;
        }

        float scale = FloatFormats.ReadFloat16(block, 208);
        for (int i = 0; i < 16; i++)
        {
            scales[i] = scale * (sbyte)block[192 + i];
        }
    }
}
