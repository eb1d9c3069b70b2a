namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Rounds blocks of fp32 weights to codes: 8 bits symmetric about zero, 4 bits between the smallest and the largest weight.
/// </summary>
internal static class BlockQuantizer
{
    private const int LargestByte = 127;

    public static void Quantize(ReadOnlySpan<float> values, int bits, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        for (int block = 0; block < scales.Length; block++)
        {
            ReadOnlySpan<float> from = values.Slice(block * BlockLayout.Elements, BlockLayout.Elements);
            Span<sbyte> to = codes.Slice(block * BlockLayout.Elements, BlockLayout.Elements);
            (scales[block], offsets[block]) = bits == 8 ? Symmetric(from, to) : Asymmetric(from, bits, to);
        }
    }

    private static (float Scale, float Offset) Symmetric(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        float scale = largest / LargestByte;
        Round(values, scale, 0, -LargestByte, LargestByte, codes);
        return (scale, 0);
    }

    private static (float Scale, float Offset) Asymmetric(ReadOnlySpan<float> values, int bits, Span<sbyte> codes)
    {
        var (smallest, largest) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in values)
        {
            (smallest, largest) = (Math.Min(smallest, value), Math.Max(largest, value));
        }

        int half = 1 << (bits - 1);
        float scale = (float)(((double)largest - smallest) / ((2 * half) - 1));
        var offset = (float)(smallest + ((double)half * scale));
        Round(values, scale, offset, -half, half - 1, codes);
        return (scale, offset);
    }

    private static void Round(ReadOnlySpan<float> values, float scale, float offset, int least, int most, Span<sbyte> codes)
    {
        // A block of equal weights has scale 0; any code gives the offset.
        double inverse = scale == 0 ? 0 : 1 / (double)scale;
        for (int i = 0; i < values.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(Math.Round((values[i] - offset) * inverse, MidpointRounding.ToEven), least, most);
        }
    }
}
