using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Blocks of 32 weights in 5 bits: four as in <see cref="FourBitBlocks"/>, the fifth of weight i is bit i of a 32-bit word before them.
/// Q5_0: fp16 scale d, word, 16 bytes; d * (q - 16). Q5_1: fp16 scale d and minimum m, word, 16 bytes; d * q + m.
/// </summary>
internal static class FiveBitBlocks
{
    private const int Elements = 32;
    private const int Half = 16;

    public static void FromQ5_0(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int Bytes = 22;
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> low = destination.Slice(block * Elements, Half);
            Span<float> high = destination.Slice((block * Elements) + Half, Half);
            ReadOnlySpan<byte> quants = from.Slice(6, Half);
            float scale = FloatFormats.ReadFloat16(from, 0);
            uint fifths = BinaryPrimitives.ReadUInt32LittleEndian(from[2..]);
            for (int i = 0; i < quants.Length; i++)
            {
                low[i] = scale * (((quants[i] & 15) | FifthBit(fifths, i)) - 16);
                high[i] = scale * (((quants[i] >> 4) | FifthBit(fifths, i + Half)) - 16);
            }
        }
    }

    public static void FromQ5_1(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int Bytes = 24;
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> low = destination.Slice(block * Elements, Half);
            Span<float> high = destination.Slice((block * Elements) + Half, Half);
            ReadOnlySpan<byte> quants = from.Slice(8, Half);
            float scale = FloatFormats.ReadFloat16(from, 0);
            float minimum = FloatFormats.ReadFloat16(from, 2);
            uint fifths = BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
            for (int i = 0; i < quants.Length; i++)
            {
                low[i] = (scale * ((quants[i] & 15) | FifthBit(fifths, i))) + minimum;
                high[i] = (scale * ((quants[i] >> 4) | FifthBit(fifths, i + Half))) + minimum;
            }
        }
    }

    private static int FifthBit(uint fifths, int index) => (int)((fifths >> index) & 1) << 4;
}
