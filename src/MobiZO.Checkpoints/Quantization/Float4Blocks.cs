namespace MobiZO.Checkpoints.Quantization;

/// <summary>Blocks of 4-bit floats (1 sign, 2 exponent, 1 mantissa bit).</summary>
/// <remarks>Source: OCP Microscaling for MXFP4; ggml (<c>block_nvfp4</c>, <c>ggml_ue4m3_to_fp32</c>) for NVFP4.</remarks>
internal static class Float4Blocks
{
    // Twice the values of the 4-bit floats; scales below are half, so that every product is exact.
    private static ReadOnlySpan<sbyte> DoubledValues => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>MXFP4: a byte e, 16 bytes of 32 floats placed as in <see cref="FourBitBlocks"/>; the scale is 2^(e - 127).</summary>
    public static void UnpackMxfp4(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        BitPlanes.Unpack(block.Slice(1, 16), 4, 16, codes);
        Look(codes);
        scales[0] = HalfOfPower(block[0]);
    }

    /// <summary>
    /// NVFP4: four bytes that are scales (4 exponent and 3 mantissa bits, no sign), 32 bytes of floats, 16 to a scale.
    /// </summary>
    public static void UnpackNvfp4(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales)
    {
        BitPlanes.Unpack(block.Slice(4, 32), 4, 8, codes);
        Look(codes);
        for (int i = 0; i < 4; i++)
        {
            scales[i] = HalfOfSmallFloat(block[i]);
        }
    }

    private static void Look(Span<sbyte> codes)
    {
        ReadOnlySpan<sbyte> doubled = DoubledValues;
        foreach (ref sbyte code in codes)
        {
            code = doubled[code];
        }
    }

    // 2^(exponent - 128); the two smallest are subnormal.
    private static float HalfOfPower(byte exponent) =>
        BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x00200000u << exponent : (uint)(exponent - 1) << 23);

    // 0x7F is "not a number", which the format reads as 0; the sign bit is not looked at in other numbers.
    private static float HalfOfSmallFloat(byte number)
    {
        const int Bias = 7;
        int exponent = (number >> 3) & 15;
        int mantissa = number & 7;
        return number == 0x7F ? 0
            : exponent == 0 ? MathF.ScaleB(mantissa, -Bias - 3)
            : MathF.ScaleB(8 + mantissa, exponent - Bias - 4);
    }
}
