using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// IQ2_XXS, IQ2_XS and IQ2_S: 256 weights, eight at a time as a point of a lattice with signs. A scale is d * (s + 1/2) / 4 with fp16 d and
/// 4-bit s.
/// </summary>
/// <remarks>Source: ggml (<c>block_iq2_xxs</c>, <c>block_iq2_xs</c>, <c>block_iq2_s</c>).</remarks>
internal static class TwoBitLatticeBlocks
{
    private const int Width = 8;
    private const int Groups = 32;

    /// <summary>d, then of each 32 weights four bytes that number points, and a word of four times seven signs and the scale.</summary>
    public static void UnpackIQ2_XXS(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        float scale = FloatFormats.ReadFloat16(block, 0);
        for (int part = 0; part < 8; part++)
        {
            ReadOnlySpan<byte> bytes = block.Slice(2 + (8 * part), 8);
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            scales[part] = ScaleOf(scale, word >> 28);
            for (int i = 0; i < 4; i++)
            {
                Lattices.Iq2Xxs.Write(bytes[i], LatticeSigns.OfSevenBits(word >> (7 * i)), codes.Slice(((4 * part) + i) * Width, Width));
            }
        }
    }

    /// <summary>d, 32 numbers of a point (9 bits) and its seven signs, 8 bytes of two scales each, one for 16 weights.</summary>
    public static void UnpackIQ2_XS(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        for (int i = 0; i < Groups; i++)
        {
            uint number = BinaryPrimitives.ReadUInt16LittleEndian(block[(2 + (2 * i))..]);
            Lattices.Iq2Xs.Write((int)(number & 511), LatticeSigns.OfSevenBits(number >> 9), codes.Slice(i * Width, Width));
        }

        ReadScales(block, 66, scales);
    }

    /// <summary>d, 32 low bytes of numbers, 32 bytes of signs, 8 bytes of their upper two bits, 8 bytes of two scales each.</summary>
    public static void UnpackIQ2_S(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        for (int i = 0; i < Groups; i++)
        {
            int high = (block[66 + (i / 4)] >> (2 * (i % 4))) & 3;
            Lattices.Iq2S.Write(block[2 + i] | (high << 8), block[34 + i], codes.Slice(i * Width, Width));
        }

        ReadScales(block, 74, scales);
    }

    private static void ReadScales(ReadOnlySpan<byte> block, int start, Span<float> scales)
    {
        float scale = FloatFormats.ReadFloat16(block, 0);
        for (int i = 0; i < 16; i++)
        {
            scales[i] = ScaleOf(scale, (uint)(block[start + (i / 2)] >> (4 * (i % 2))) & 15);
        }
    }

    private static float ScaleOf(float scale, uint step) => scale * (0.5f + step) * 0.25f;
}
