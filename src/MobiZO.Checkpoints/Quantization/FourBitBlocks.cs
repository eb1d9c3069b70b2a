namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Blocks of 32 weights in 4 bits. Byte i holds weight i in its low half and weight i + 16 in its high half.
/// Q4_0: fp16 scale d, 16 bytes; d * (q - 8). Q4_1: fp16 scale d and minimum m, 16 bytes; d * q + m.
/// </summary>
internal static class FourBitBlocks
{
    private const int Elements = 32;
    private const int Half = 16;

    public static void FromQ4_0(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int Bytes = 18;
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> low = destination.Slice(block * Elements, Half);
            Span<float> high = destination.Slice((block * Elements) + Half, Half);
            ReadOnlySpan<byte> quants = from.Slice(2, Half);
            float scale = FloatFormats.ReadFloat16(from, 0);
            for (int i = 0; i < quants.Length; i++)
            {
                low[i] = scale * ((quants[i] & 15) - 8);
                high[i] = scale * ((quants[i] >> 4) - 8);
            }
        }
    }

    public static void FromQ4_1(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int Bytes = 20;
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> low = destination.Slice(block * Elements, Half);
            Span<float> high = destination.Slice((block * Elements) + Half, Half);
            ReadOnlySpan<byte> quants = from.Slice(4, Half);
            float scale = FloatFormats.ReadFloat16(from, 0);
            float minimum = FloatFormats.ReadFloat16(from, 2);
            for (int i = 0; i < quants.Length; i++)
            {
                low[i] = (scale * (quants[i] & 15)) + minimum;
                high[i] = (scale * (quants[i] >> 4)) + minimum;
            }
        }
    }
}
