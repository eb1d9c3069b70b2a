using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Optimization;

public sealed class AdapterUpdateTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.9f)]
    public void Every_element_follows_the_written_order_of_operations(float momentum)
    {
        foreach (var (total, queries) in new[] { (1, 1), (7, 3), (33, 1), (40_003, 5) })
        {
            var b = Draw(1, total);
            var velocity = momentum == 0 ? [] : Draw(2, total);
            var noise = Draw(3, queries * total);
            var gradients = Draw(4, queries);
            var expectedB = (float[])b.Clone();
            var expectedVelocity = (float[])velocity.Clone();
            var step = 0.37f / queries;
            for (var e = 0; e < total; e++)
            {
                var sum = gradients[0] * noise[e];
                for (var i = 1; i < queries; i++)
                {
                    var product = gradients[i] * noise[(i * total) + e];
                    sum += product;
                }

                if (momentum != 0)
                {
                    var old = momentum * expectedVelocity[e];
                    sum = old + sum;
                    expectedVelocity[e] = sum;
                }

                var change = step * sum;
                expectedB[e] -= change;
            }

            foreach (var threads in new int?[] { null, 1, 3 })
            {
                var actualB = (float[])b.Clone();
                var actualVelocity = (float[])velocity.Clone();
                AdapterUpdate.Apply(actualB, actualVelocity, noise, gradients, 0.37f, momentum, threads);
                Assert.Equal(Bits(expectedB), Bits(actualB));
                Assert.Equal(Bits(expectedVelocity), Bits(actualVelocity));
            }
        }
    }

    [Fact]
    public void Small_updates_are_not_swallowed()
    {
        // A step of 5e-5 on a value near 1 vanishes in half precision.
        var b = new[] { 1f };
        AdapterUpdate.Apply(b, default, new[] { 1f }, new[] { 1f }, 5e-5f);
        Assert.Equal(1f - 5e-5f, b[0]);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => AdapterUpdate.Apply(new float[4], default, new float[7], new float[2], 1));
        Assert.Throws<ArgumentException>(() => AdapterUpdate.Apply(new float[4], default, new float[8], new float[2], 1, momentum: 0.5f));
        Assert.Throws<ArgumentException>(() => AdapterUpdate.Apply(new float[4], default, new float[8], default, 1));
    }

    [Fact]
    public void A_copy_is_the_state_plus_the_scaled_direction_and_a_clean_copy_is_the_state()
    {
        var b = Draw(1, 37);
        var z = Draw(2, 37);
        var copy = new float[37];
        foreach (var coefficient in new[] { 1f, -1f, 0f })
        {
            Perturbation.Apply(b, z, coefficient, 0.01f, copy);
            for (var e = 0; e < b.Length; e++)
            {
                var change = coefficient * 0.01f * z[e];
                Assert.Equal(b[e] + change, copy[e]);
            }
        }

        Assert.Equal(Bits(b), Bits(copy));
    }

    private static float[] Draw(ulong seed, int length)
    {
        var values = new float[length];
        new NoiseSource(seed).Fill(NoiseKind.Gaussian, 0, 0, 0, values);
        return values;
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
