using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>IQ4_NL and IQ4_XS: 4-bit codes that number 16 unevenly spaced values.</summary>
/// <remarks>Source: ggml (<c>block_iq4_nl</c>, <c>block_iq4_xs</c>, <c>kvalues_iq4nl</c>).</remarks>
internal static class NonlinearBlocks
{
    private const int Run = 16;

    private static ReadOnlySpan<sbyte> Values => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>fp16 d, 16 bytes of codes of 32 weights; d * value.</summary>
    public static void UnpackIQ4_NL(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        Look(block.Slice(2, 16), codes);
        scales[0] = FloatFormats.ReadFloat16(block, 0);
    }

    /// <summary>
    /// 256 weights as 8 blocks of 32: fp16 d, 16 bits with the upper two bits of every scale s, 4 bytes with the lower four, 128 bytes of
    /// codes; d * (s - 32) * value.
    /// </summary>
    public static void UnpackIQ4_XS(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        Look(block.Slice(8, 128), codes);
        float scale = FloatFormats.ReadFloat16(block, 0);
        int highs = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (int i = 0; i < 8; i++)
        {
            int low = (block[4 + (i / 2)] >> (4 * (i % 2))) & 15;
            scales[i] = scale * ((low | (((highs >> (2 * i)) & 3) << 4)) - 32);
        }
    }

    private static void Look(ReadOnlySpan<byte> packed, Span<sbyte> codes)
    {
        BitPlanes.Unpack(packed, 4, Run, codes);
        ReadOnlySpan<sbyte> values = Values;
        foreach (ref sbyte code in codes)
        {
            code = values[code];
        }
    }
}
