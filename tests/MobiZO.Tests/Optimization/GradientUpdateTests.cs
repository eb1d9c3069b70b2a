using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

public sealed class GradientUpdateTests
{
    // Longer than a vector, and not a multiple of one.
    private const int Length = 37;

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(0.1f, 0.25f)]
    public void AdamW_is_that_of_the_paper(float decay, float clipping)
    {
        var options = new OptimizerOptions { WeightDecay = decay };
        var b = Numbers(1);
        var moments = new float[2 * Length];
        double[] expected = [.. b.Select(value => (double)value)];
        var (m, v) = (new double[Length], new double[Length]);
        for (var update = 1; update <= 5; update++)
        {
            var gradient = Numbers(10 + update);
            GradientUpdate.AdamW(options, b, moments, gradient, clipping, learningRate: 0.01f, update);
            for (var k = 0; k < Length; k++)
            {
                var g = (double)gradient[k] * clipping;
                m[k] = (0.9 * m[k]) + (0.1 * g);
                v[k] = (0.999 * v[k]) + (0.001 * g * g);
                var move = m[k] / (1 - Math.Pow(0.9, update)) / (Math.Sqrt(v[k] / (1 - Math.Pow(0.999, update))) + 1e-8);
                expected[k] -= 0.01 * (move + (decay * expected[k]));
            }
        }

        for (var k = 0; k < Length; k++)
        {
            Assert.Equal(expected[k], b[k], 1e-5);
        }
    }

    /// <summary>Replay on a machine with other vectors must give the same bits.</summary>
    [Fact]
    public void AdamW_has_the_same_bits_number_by_number()
    {
        var options = new OptimizerOptions { WeightDecay = 0.05f };
        var (whole, moments) = (Numbers(1), Numbers(2).Concat(Numbers(3).Select(Math.Abs)).ToArray());
        var gradient = Numbers(4);
        float[] parts = [.. whole];
        for (var k = 0; k < Length; k++)
        {
            float[] one = [moments[k], moments[Length + k]];
            GradientUpdate.AdamW(options, parts.AsSpan(k, 1), one, gradient.AsSpan(k, 1), 0.7f, 0.02f, 3);
        }

        GradientUpdate.AdamW(options, whole, moments, gradient, 0.7f, 0.02f, 3);
        Assert.Equal(whole.Select(BitConverter.SingleToInt32Bits), parts.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Sgd_adds_momentum_and_decay()
    {
        var options = new OptimizerOptions { Momentum = 0.5f, WeightDecay = 0.1f };
        float[] b = [1, -2];
        float[] moments = [4, 0];
        GradientUpdate.Sgd(options, b, moments, [2, 6], clipping: 0.5f, learningRate: 0.1f);
        Assert.Equal([3f, 3f], moments);
        Assert.Equal([1 - (0.1f * (3 + 0.1f)), -2 - (0.1f * (3 - 0.2f))], b);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(5f, 1f)]
    [InlineData(2.5f, 0.5f)]
    public void A_gradient_is_clipped_by_its_norm(float bound, float factor) =>
        Assert.Equal(factor, GradientUpdate.ClippingFactor([3, -4], bound));

    [Fact]
    public void A_rounded_gradient_reads_back_and_stays_as_it_is()
    {
        float[] gradient = [.. Numbers(7), 0, -0f, 1e-40f, 1.00390625f, 1.01171875f, float.MaxValue, float.NaN, float.NegativeInfinity];
        float[] rounded = [.. gradient];
        RoundedGradient.Round(rounded);
        for (var k = 0; k < Length; k++)
        {
            Assert.True(Math.Abs(rounded[k] - gradient[k]) <= Math.Abs(gradient[k]) / 256);
        }

        // Half-way between two: to the even one. The largest numbers overflow, as rounding to nearest wants it.
        Assert.Equal([1f, 1.015625f, float.PositiveInfinity, float.NaN, float.NegativeInfinity], rounded[^5..]);
        var bytes = new byte[2 * rounded.Length];
        RoundedGradient.Write(rounded, bytes);
        var read = new float[rounded.Length];
        RoundedGradient.Read(bytes, read);
        Assert.Equal(rounded.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
        RoundedGradient.Round(read);
        Assert.Equal(rounded.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
    }

    private static float[] Numbers(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Length).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}
