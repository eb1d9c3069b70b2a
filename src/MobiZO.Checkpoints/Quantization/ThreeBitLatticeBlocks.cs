using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>IQ3_XXS and IQ3_S: 256 weights as 8 blocks of 32, four weights at a time as a point of a lattice with signs.</summary>
/// <remarks>Source: ggml (<c>block_iq3_xxs</c>, <c>block_iq3_s</c>).</remarks>
internal static class ThreeBitLatticeBlocks
{
    private const int Width = 4;
    private const int Numbers = 64;

    /// <summary>
    /// fp16 d, 64 bytes that number points, 8 words of four times seven signs and a 4-bit s; the scale is d * (s + 1/2) / 2.
    /// </summary>
    public static void UnpackIQ3_XXS(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        float scale = FloatFormats.ReadFloat16(block, 0);
        for (int part = 0; part < 8; part++)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(block[(66 + (4 * part))..]);
            scales[part] = scale * (0.5f + (word >> 28)) * 0.5f;
            for (int i = 0; i < 8; i++)
            {
                int place = (8 * part) + i;
                int signs = LatticeSigns.OfSevenBits(word >> (7 * (i / 2))) >> (4 * (i % 2));
                Lattices.Iq3Xxs.Write(block[2 + place], signs, codes.Slice(place * Width, Width));
            }
        }
    }

    /// <summary>
    /// fp16 d, 64 low bytes of numbers, 8 bytes of their ninth bits, 32 bytes of signs, 4 bytes of two 4-bit s each; the scale is
    /// d * (2 s + 1).
    /// </summary>
    public static void UnpackIQ3_S(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        for (int i = 0; i < Numbers; i++)
        {
            int ninth = (block[66 + (i / 8)] >> (i % 8)) & 1;
            Lattices.Iq3S.Write(block[2 + i] | (ninth << 8), block[74 + (i / 2)] >> (4 * (i % 2)), codes.Slice(i * Width, Width));
        }

        float scale = FloatFormats.ReadFloat16(block, 0);
        for (int i = 0; i < 8; i++)
        {
            scales[i] = scale * (1 + (2 * ((block[106 + (i / 2)] >> (4 * (i % 2))) & 15)));
        }
    }
}
