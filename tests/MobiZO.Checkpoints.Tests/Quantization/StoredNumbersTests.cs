using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Tests.Quantization;

public sealed class StoredNumbersTests
{
    [Theory]
    [InlineData(1 + (1 / 256f), 1)] // the middle of two: the even one
    [InlineData(1 + (3 / 256f), 1 + (2 / 128f))]
    [InlineData(1 + (1.01f / 256f), 1 + (1 / 128f))]
    [InlineData(-0.1f, -0.10009765625f)]
    public void The_upper_half_of_a_number_is_rounded(float value, float expected) =>
        Assert.Equal(expected, RoundTrip(GgufTensorType.BF16, [value])[0]);

    [Theory]
    [InlineData(1 + (1 / 2048f), 1)]
    [InlineData(1 + (3 / 2048f), 1 + (2 / 1024f))]
    [InlineData(65519f, 65504f)]
    public void Half_precision_is_rounded(float value, float expected) => Assert.Equal(expected, RoundTrip(GgufTensorType.F16, [value])[0]);

    /// <summary>Half a step of the codes, and the rounding of their scale to 11 bits (scales below 6e-5 have fewer).</summary>
    [Fact]
    public void Blocks_are_as_near_as_their_codes()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 32 * 20).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(2, (i / 32) - 5)))];
        values.AsSpan(64, 32).Clear();
        var read = RoundTrip(GgufTensorType.Q8_0, values);
        for (var block = 0; block < values.Length; block += 32)
        {
            var largest = values.AsSpan(block, 32).ToArray().Max(Math.Abs);
            for (var i = block; i < block + 32; i++)
            {
                Assert.Equal(values[i], read[i], (largest / 127 * 0.5) + (largest / 2048) + 1e-30);
            }
        }
    }

    [Theory]
    [InlineData(GgufTensorType.F16, 65520f)]
    [InlineData(GgufTensorType.BF16, float.MaxValue)]
    [InlineData(GgufTensorType.Q8_0, 1e7f)]
    [InlineData(GgufTensorType.F32, float.NaN)]
    [InlineData(GgufTensorType.F64, float.PositiveInfinity)]
    public void What_the_type_cannot_hold_is_said(object type, float value)
    {
        var values = new float[32];
        values[7] = value;
        Assert.False(StoredNumbers.TryWrite((GgufTensorType)type, values, new byte[256]));
    }

    private static float[] RoundTrip(GgufTensorType type, float[] values)
    {
        var bytes = new byte[StoredNumbers.BytesOf(type, values.Length)];
        Assert.True(StoredNumbers.TryWrite(type, values, bytes));
        var read = new float[values.Length];
        switch (type)
        {
            case GgufTensorType.F16:
                FloatFormats.FromFloat16(bytes, read);
                break;
            case GgufTensorType.BF16:
                FloatFormats.FromBFloat16(bytes, read);
                break;
            default:
                EightBitBlocks.FromQ8_0(bytes, read);
                break;
        }

        return read;
    }
}
