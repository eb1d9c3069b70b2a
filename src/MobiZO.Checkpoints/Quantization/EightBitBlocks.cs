namespace MobiZO.Checkpoints.Quantization;

/// <summary>Blocks of 32 weights in 8 bits. Q8_0: fp16 scale d, 32 signed bytes q; d * q.</summary>
internal static class EightBitBlocks
{
    private const int Elements = 32;
    private const int Bytes = 34;

    public static void FromQ8_0(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> values = destination.Slice(block * Elements, Elements);
            ReadOnlySpan<byte> quants = from.Slice(2, Elements);
            float scale = FloatFormats.ReadFloat16(from, 0);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = scale * (sbyte)quants[i];
            }
        }
    }
}
