using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// IQ1_S and IQ1_M: 256 weights, eight at a time as a point of a lattice of -1, 0 and 1 that is shifted by 1/8 up or down. A scale is
/// d * (2 s + 1) with fp16 d and 3-bit s.
/// </summary>
/// <remarks>Source: ggml (<c>block_iq1_s</c>, <c>block_iq1_m</c>).</remarks>
internal static class OneBitLatticeBlocks
{
    private const int Width = 8;
    private const float Shift = 0.125f;

    /// <summary>
    /// d, 32 low bytes of numbers, and of each 32 weights 16 bits: four times the upper three bits, s, and the sign of the shift.
    /// </summary>
    public static void UnpackIQ1_S(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales, Span<float> minima)
    {
        float scale = FloatFormats.ReadFloat16(block, 0);
        for (int part = 0; part < 8; part++)
        {
            int bits = BinaryPrimitives.ReadUInt16LittleEndian(block[(34 + (2 * part))..]);
            for (int i = 0; i < 4; i++)
            {
                int number = block[2 + (4 * part) + i] | (((bits >> (3 * i)) & 7) << 8);
                Lattices.Iq1.Write(number, 0, codes.Slice(((4 * part) + i) * Width, Width));
            }

            // All 32 weights have one shift: it is part of the minimum, and codes stay 0, 1 and 2. Every product is exact.
            scales[part] = scale * ((2 * ((bits >> 12) & 7)) + 1);
            minima[part] = scales[part] * (((bits & 0x8000) == 0 ? Shift : -Shift) - 1);
        }

        foreach (ref sbyte code in codes)
        {
            code++;
        }
    }

    /// <summary>
    /// 32 low bytes of numbers, 16 bytes of twice three upper bits and the sign of the shift, 4 words of four s, one for 16 weights, and a
    /// quarter of d.
    /// </summary>
    public static void UnpackIQ1_M(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        int half = 0;
        for (int i = 0; i < 4; i++)
        {
            int word = BinaryPrimitives.ReadUInt16LittleEndian(block[(48 + (2 * i))..]);
            half |= (word >> 12) << (4 * i);
        }

        // Each eight weights have a shift of their own: codes count eighths.
        var scale = (float)BitConverter.UInt16BitsToHalf((ushort)half);
        for (int i = 0; i < 16; i++)
        {
            int word = BinaryPrimitives.ReadUInt16LittleEndian(block[(48 + (2 * (i / 4)))..]);
            scales[i] = scale * ((2 * ((word >> (3 * (i % 4))) & 7)) + 1) * Shift;
        }

        for (int i = 0; i < 32; i++)
        {
            int bits = block[32 + (i / 2)] >> (4 * (i % 2));
            Span<sbyte> to = codes.Slice(i * Width, Width);
            Lattices.Iq1.Write(block[i] | ((bits & 7) << 8), 0, to);
            foreach (ref sbyte code in to)
            {
                code = (sbyte)((8 * code) + ((bits & 8) == 0 ? 1 : -1));
            }
        }
    }
}
