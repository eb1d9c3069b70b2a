using System.Buffers.Binary;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Numbers to Q4_K. Each block of 32 takes the scale and minimum, of 22 tried, with the least weighted squared error, large values weighing
/// more; both are then rounded to 6 bits, and the codes follow the rounded ones.
/// </summary>
/// <remarks>Source: ggml (<c>quantize_row_q4_K_ref</c>, <c>make_qkx2_quants</c>).</remarks>
internal static class FourBitSuperBlockWriter
{
    /// <summary>Weights of a super-block.</summary>
    public const int Elements = 256;

    /// <summary>Bytes of a super-block.</summary>
    public const int Bytes = 144;

    private const int Run = 32,
        Runs = Elements / Run,
        LargestCode = 15,
        LargestScale = 63,
        Steps = 20;

    /// <summary>Writes whole super-blocks.</summary>
    /// <param name="values">Finite numbers, a multiple of 256.</param>
    /// <param name="destination">144 bytes for each 256 of them.</param>
    /// <returns>False when a scale is too large for fp16.</returns>
    public static bool TryWrite(ReadOnlySpan<float> values, Span<byte> destination)
    {
        bool isFinite = true;
        for (int block = 0; block < values.Length / Elements; block++)
        {
            isFinite &= TryWriteBlock(values.Slice(block * Elements, Elements), destination.Slice(block * Bytes, Bytes));
        }

        return isFinite;
    }

    private static bool TryWriteBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        Span<float> scales = stackalloc float[Runs];
        Span<float> minima = stackalloc float[Runs];
        (float largestScale, float largestMinimum) = (0, 0);
        for (int run = 0; run < Runs; run++)
        {
            (scales[run], minima[run]) = Fit(values.Slice(run * Run, Run));
            largestScale = Math.Max(largestScale, scales[run]);
            largestMinimum = Math.Max(largestMinimum, minima[run]);
        }

        var (d, e) = ((Half)(largestScale / LargestScale), (Half)(largestMinimum / LargestScale));
        block.Clear();
        BinaryPrimitives.WriteHalfLittleEndian(block, d);
        BinaryPrimitives.WriteHalfLittleEndian(block[2..], e);
        Span<byte> packed = block.Slice(4, 12);
        Span<byte> codes = block[16..];
        for (int run = 0; run < Runs; run++)
        {
            int scale = Rounded(scales[run], largestScale);
            int minimum = Rounded(minima[run], largestMinimum);
            Pack(packed, run, scale, minimum);
            float step = (float)d * scale;
            for (int i = 0; i < Run && step != 0; i++)
            {
                int code = Code((values[(run * Run) + i] + ((float)e * minimum)) / step);
                codes[(run / 2 * Run) + i] |= (byte)(run % 2 == 0 ? code : code << 4);
            }
        }

        return Half.IsFinite(d) && Half.IsFinite(e);
    }

    private static int Rounded(float value, float largest) =>
        largest > 0 ? Math.Min(LargestScale, (int)MathF.Round(LargestScale / largest * value, MidpointRounding.ToEven)) : 0;

    private static int Code(float value) => (int)Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), 0, LargestCode);

    // The first four are whole; the upper two bits of the last four lie above them.
    private static void Pack(Span<byte> packed, int run, int scale, int minimum)
    {
        if (run < Runs / 2)
        {
            packed[run] |= (byte)scale;
            packed[run + 4] |= (byte)minimum;
            return;
        }

        packed[run + 4] = (byte)((scale & 15) | ((minimum & 15) << 4));
        packed[run - 4] |= (byte)(scale >> 4 << 6);
        packed[run] |= (byte)(minimum >> 4 << 6);
    }

    /// <summary>Scale s and minimum m of a block: s * code - m.</summary>
    private static (float Scale, float Minimum) Fit(ReadOnlySpan<float> values)
    {
        Span<float> weights = stackalloc float[Run];
        (float smallest, float largest, float squares) = (0, values[0], 0);
        foreach (float value in values)
        {
            (smallest, largest) = (Math.Min(smallest, value), Math.Max(largest, value));
            squares += value * value;
        }

        if (largest == smallest)
        {
            return (0, -smallest);
        }

        (float magnitude, float weightSum, float valueSum) = (MathF.Sqrt(squares / Run), 0, 0);
        for (int i = 0; i < Run; i++)
        {
            weights[i] = magnitude + Math.Abs(values[i]);
            weightSum += weights[i];
            valueSum += weights[i] * values[i];
        }

        (float scale, float minimum) = ((largest - smallest) / LargestCode, smallest);
        Span<float> codes = stackalloc float[Run];
        Encode(values, smallest, 1 / scale, codes);
        float least = Error(values, weights, codes, scale, minimum);
        for (int step = 0; step <= Steps; step++)
        {
            Encode(values, smallest, (-1f + (0.1f * step) + LargestCode) / (largest - smallest), codes);
            (float codeSum, float codeSquares, float products) = (0, 0, 0);
            for (int i = 0; i < Run; i++)
            {
                codeSum += weights[i] * codes[i];
                codeSquares += weights[i] * codes[i] * codes[i];
                products += weights[i] * codes[i] * values[i];
            }

            float determinant = (weightSum * codeSquares) - (codeSum * codeSum);
            if (determinant <= 0)
            {
                continue;
            }

            float ownScale = ((weightSum * products) - (valueSum * codeSum)) / determinant;
            float ownMinimum = ((codeSquares * valueSum) - (codeSum * products)) / determinant;
            if (ownMinimum > 0)
            {
                (ownMinimum, ownScale) = (0, products / codeSquares);
            }

            if (Error(values, weights, codes, ownScale, ownMinimum) is var error && error < least)
            {
                (least, scale, minimum) = (error, ownScale, ownMinimum);
            }
        }

        return (scale, -minimum);
    }

    private static void Encode(ReadOnlySpan<float> values, float smallest, float inverse, Span<float> codes)
    {
        for (int i = 0; i < Run; i++)
        {
            codes[i] = Code(inverse * (values[i] - smallest));
        }
    }

    private static float Error(
        ReadOnlySpan<float> values,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> codes,
        float scale,
        float minimum
    )
    {
        float sum = 0;
        for (int i = 0; i < Run; i++)
        {
            float difference = (scale * codes[i]) + minimum - values[i];
            sum += weights[i] * difference * difference;
        }

        return sum;
    }
}
