namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// MXFP4 (OCP Microscaling): a byte e, then 32 weights as 4-bit floats (1 sign, 2 exponent, 1 mantissa bit), placed as in <see
/// cref="FourBitBlocks"/>;
/// the scale is 2^(e - 127).
/// </summary>
internal static class Mxfp4Blocks
{
    private const int Elements = 32;
    private const int Half = 16;
    private const int Bytes = 17;

    // Twice the values of the 4-bit floats; the scale below is half, so that every product is exact.
    private static ReadOnlySpan<sbyte> DoubledValues => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static void FromMxfp4(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ReadOnlySpan<sbyte> doubled = DoubledValues;
        for (int block = 0; block < destination.Length / Elements; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            Span<float> low = destination.Slice(block * Elements, Half);
            Span<float> high = destination.Slice((block * Elements) + Half, Half);
            ReadOnlySpan<byte> quants = from.Slice(1, Half);
            float halfScale = HalfScale(from[0]);
            for (int i = 0; i < quants.Length; i++)
            {
                low[i] = halfScale * doubled[quants[i] & 15];
                high[i] = halfScale * doubled[quants[i] >> 4];
            }
        }
    }

    // 2^(exponent - 128); the two smallest are subnormal.
    private static float HalfScale(byte exponent) =>
        BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x00200000u << exponent : (uint)(exponent - 1) << 23);
}
