using MobiZO.Checkpoints.Gguf;
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

    /// <summary>
    /// Blocks of 4 bits are nearer than those of a plain grid between the smallest and the largest value, and a block that has no values
    /// but zero stays zero.
    /// </summary>
    [Fact]
    public void Super_blocks_are_nearer_than_a_plain_grid()
    {
        var random = new Random(7);
        float[] values =
        [
            .. Enumerable.Range(0, 256 * 8).Select(i => (float)((random.NextDouble() + random.NextDouble() - 0.9) * (1 + (i / 256)))),
        ];
        values.AsSpan(32, 32).Clear();
        values.AsSpan(512, 256).Clear();
        var read = RoundTrip(GgufTensorType.Q4_K, values);
        Assert.All(Enumerable.Range(32, 32).Concat(Enumerable.Range(512, 256)), i => Assert.Equal(0, read[i], 1e-6));
        var (error, plain) = (0.0, 0.0);
        for (var block = 0; block < values.Length; block += 32)
        {
            var run = values.AsSpan(block, 32).ToArray();
            var (smallest, step) = (Math.Min(0, run.Min()), (run.Max() - Math.Min(0, run.Min())) / 15);
            for (var i = 0; i < 32; i++)
            {
                error += Math.Pow(run[i] - read[block + i], 2);
                plain +=
                    step == 0
                        ? 0
                        : Math.Pow(run[i] - (smallest + (step * MathF.Round((run[i] - smallest) / step, MidpointRounding.ToEven))), 2);
            }
        }

        Assert.True(error < plain, $"{error} and {plain} of a plain grid");
        values[300] = float.MaxValue;
        Assert.False(StoredNumbers.TryWrite(GgufTensorType.Q4_K, values, new byte[144 * 8]));
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
                GgufBlockFormats.Find(type)!.Dequantize(bytes, read);
                break;
        }

        return read;
    }
}
