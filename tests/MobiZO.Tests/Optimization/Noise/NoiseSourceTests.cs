using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Optimization.Noise;

public sealed class NoiseSourceTests
{
    [Theory]
    [InlineData(NoiseKind.Gaussian)]
    [InlineData(NoiseKind.Rademacher)]
    public void Vectors_give_the_bits_of_the_scalar_reference(NoiseKind kind)
    {
        var source = new NoiseSource(0x0123456789ABCDEF);
        foreach (var length in Enumerable.Range(1, 260).Append(10_007))
        {
            var byVectors = new float[length];
            var byScalars = new float[length];
            source.Fill(kind, 4_000_000_000, 15, 7, byVectors, useVectors: true);
            source.Fill(kind, 4_000_000_000, 15, 7, byScalars, useVectors: false);
            Assert.Equal(Bits(byScalars), Bits(byVectors));
        }
    }

    [Theory]
    [InlineData(NoiseKind.Gaussian)]
    [InlineData(NoiseKind.Rademacher)]
    public void A_shorter_fill_is_the_beginning_of_a_longer_one(NoiseKind kind)
    {
        var whole = Draw(kind, 5, 0, 0, 0, 1000);
        foreach (var length in new[] { 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 999 })
        {
            Assert.Equal(Bits(whole[..length]), Bits(Draw(kind, 5, 0, 0, 0, length)));
        }
    }

    [Theory]
    [InlineData(NoiseKind.Gaussian)]
    [InlineData(NoiseKind.Rademacher)]
    public void Any_thread_count_gives_the_same_bits(NoiseKind kind)
    {
        var layout = StateLayout.Create([("a", 8, 4099, 8), ("b", 8, 77, 3), ("c", 8, 2048, 8)]);
        var source = new NoiseSource(9);
        var expected = new float[5 * layout.Total];
        for (var query = 0; query < 5; query++)
        {
            for (var tensor = 0; tensor < 3; tensor++)
            {
                var segment = layout.Segments[tensor];
                source.Fill(kind, 12, query, tensor, expected.AsSpan((query * layout.Total) + segment.Offset, segment.Length));
            }
        }

        foreach (var threads in new int?[] { null, 1, 2, 3, 16 })
        {
            var actual = new float[expected.Length];
            source.FillStep(kind, 12, 5, layout, actual, threads);
            Assert.Equal(Bits(expected), Bits(actual));
        }
    }

    [Theory]
    [InlineData(NoiseKind.Gaussian)]
    [InlineData(NoiseKind.Rademacher)]
    public void Seed_step_query_and_tensor_each_give_unrelated_values(NoiseKind kind)
    {
        const int Length = 100_000;
        var first = Draw(kind, 1, 0, 0, 0, Length);
        float[][] others =
        [
            Draw(kind, 2, 0, 0, 0, Length),
            Draw(kind, 1UL << 32, 0, 0, 0, Length),
            Draw(kind, 1, 1, 0, 0, Length),
            Draw(kind, 1, 0, 1, 0, Length),
            Draw(kind, 1, 0, 0, 1, Length),
        ];
        foreach (var other in others)
        {
            var correlation = first.Zip(other, (a, b) => (double)a * b).Sum() / Length;
            Assert.True(Math.Abs(correlation) < 5 / Math.Sqrt(Length), $"correlation {correlation}");
        }
    }

    [Fact]
    public void Gaussian_values_have_the_moments_of_the_normal_distribution()
    {
        const int Length = 4_000_000;
        var values = Draw(NoiseKind.Gaussian, 42, 3, 1, 2, Length);
        double m1 = 0,
            m2 = 0,
            m3 = 0,
            m4 = 0,
            largest = 0;
        var beyond3 = 0;
        var beyond4 = 0;
        foreach (var value in values)
        {
            double z = value;
            m1 += z;
            m2 += z * z;
            m3 += z * z * z;
            m4 += z * z * z * z;
            beyond3 += Math.Abs(z) > 3 ? 1 : 0;
            beyond4 += Math.Abs(z) > 4 ? 1 : 0;
            largest = Math.Max(largest, Math.Abs(z));
        }

        // Five standard errors each.
        var root = Math.Sqrt(Length);
        Assert.InRange(m1 / Length, -5 / root, 5 / root);
        Assert.InRange(m2 / Length, 1 - (5 * Math.Sqrt(2) / root), 1 + (5 * Math.Sqrt(2) / root));
        Assert.InRange(m3 / Length, -5 * Math.Sqrt(15) / root, 5 * Math.Sqrt(15) / root);
        Assert.InRange(m4 / Length, 3 - (5 * Math.Sqrt(96) / root), 3 + (5 * Math.Sqrt(96) / root));
        AssertCount(2.699796e-3 * Length, beyond3);
        AssertCount(6.334248e-5 * Length, beyond4);
        Assert.InRange(largest, 4.7, 6.67);
    }

    [Fact]
    public void Gaussian_values_fall_evenly_into_bins_of_equal_probability()
    {
        const int Length = 1_600_000;
        var values = Draw(NoiseKind.Gaussian, 7, 0, 0, 0, Length);
        // Quantiles of the standard normal distribution at 1/16 .. 8/16.
        double[] quantiles = [-1.5341205, -1.1503494, -0.8871466, -0.6744898, -0.4887764, -0.3186394, -0.1573107, 0];
        double[] borders = [.. quantiles, .. quantiles.Reverse().Skip(1).Select(q => -q)];
        var counts = new int[16];
        foreach (var value in values)
        {
            var bin = 0;
            while (bin < borders.Length && value > borders[bin])
            {
                bin++;
            }

            counts[bin]++;
        }

        var chiSquare = counts.Sum(count => Math.Pow(count - (Length / 16.0), 2) / (Length / 16.0));
        // 15 degrees of freedom: 44.3 is passed once in 10,000 seeds.
        Assert.True(chiSquare < 44.3, $"chi-square {chiSquare}");
    }

    [Fact]
    public void Neighbours_at_any_small_distance_are_uncorrelated()
    {
        const int Length = 1_000_000;
        foreach (var kind in Enum.GetValues<NoiseKind>())
        {
            var values = Draw(kind, 11, 0, 0, 0, Length + 130);
            foreach (var lag in new[] { 1, 2, 3, 4, 8, 31, 32, 33, 64, 128 })
            {
                var sum = 0d;
                for (var index = 0; index < Length; index++)
                {
                    sum += (double)values[index] * values[index + lag];
                }

                Assert.True(Math.Abs(sum) < 5 * Math.Sqrt(Length), $"{kind} lag {lag}: {sum / Length}");
            }
        }
    }

    [Fact]
    public void Rademacher_values_are_balanced_signs()
    {
        const int Length = 1_000_000;
        var values = Draw(NoiseKind.Rademacher, 3, 0, 0, 0, Length);
        Assert.All(values.Distinct(), value => Assert.True(value is 1f or -1f));
        Assert.True(Math.Abs(values.Sum(value => (double)value)) < 5 * Math.Sqrt(Length));
    }

    [Fact]
    public void Initial_A_is_uniform_within_one_over_the_root_of_the_width()
    {
        const int Length = 8 * 4096;
        var values = new float[Length];
        new NoiseSource(5).FillInitialA(3, 4096, values);
        var bound = 1 / 64.0;
        Assert.All(values, value => Assert.True(Math.Abs(value) < bound));
        Assert.InRange(values.Max(), 0.999 * bound, bound);
        Assert.InRange(values.Average(), -5 * bound / Math.Sqrt(3.0 * Length), 5 * bound / Math.Sqrt(3.0 * Length));
        Assert.InRange(values.Average(value => (double)value * value) / (bound * bound / 3), 0.97, 1.03);

        var other = new float[Length];
        new NoiseSource(5).FillInitialA(4, 4096, other);
        Assert.NotEqual(values, other);
        var noise = Draw(NoiseKind.Gaussian, 5, 0, 0, 3, Length);
        var correlation = values.Zip(noise, (a, b) => a / bound * b).Sum() / Length;
        Assert.True(Math.Abs(correlation) < 5 / Math.Sqrt(3.0 * Length));
    }

    /// <summary>The digests were computed by noise_oracle.py beside this file, in plain Python.</summary>
    [Theory]
    [InlineData(NoiseKind.Gaussian, "D4BC172D05288B0632E2A0E61DCDCD981A0EDC977F8EB1805FF3CDB58D0D790E")]
    [InlineData(NoiseKind.Rademacher, "F0B0C7BDA381B274C9F87C7DAEB79110B772B0EC4F5A19E8F7CF75435D390801")]
    public void The_bits_are_the_ones_every_machine_has_given(NoiseKind kind, string expected)
    {
        var values = Draw(kind, 20_250_801, 1234, 5, 6, 100_001);
        Assert.Equal(expected, Digest(values));
    }

    [Fact]
    public void The_bits_of_the_initial_A_are_the_ones_every_machine_has_given()
    {
        var values = new float[8 * 48];
        new NoiseSource(5).FillInitialA(3, 48, values);
        Assert.Equal("7F1FA9A4C97064D6A8AF7235061688B46B729E54DE4D79136D1BEFFE495F1C75", Digest(values));
    }

    [Fact]
    public void Numbers_outside_the_counter_are_refused()
    {
        var source = new NoiseSource(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(NoiseKind.Gaussian, -1, 0, 0, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(NoiseKind.Gaussian, 1L << 32, 0, 0, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(NoiseKind.Gaussian, 0, -1, 0, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill(NoiseKind.Gaussian, 0, 0, 1 << 24, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Fill((NoiseKind)7, 0, 0, 0, new float[1]));
        Assert.Throws<ArgumentException>(() =>
            source.FillStep(NoiseKind.Gaussian, 0, 2, StateLayout.Create([("a", 1, 4, 1)]), new float[7])
        );
    }

    private static void AssertCount(double expected, int found) =>
        Assert.InRange(found, expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));

    private static float[] Draw(NoiseKind kind, ulong seed, long step, int query, int tensor, int length)
    {
        var values = new float[length];
        new NoiseSource(seed).Fill(kind, step, query, tensor, values);
        return values;
    }

    private static string Digest(float[] values) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())));

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
