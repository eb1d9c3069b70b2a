using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Tests.Configuration;

public sealed class RopeFrequenciesTests
{
    [Fact]
    public void Linear_divides_every_frequency()
    {
        RotaryDescription plain = RopeFrequencies.Default(10000, 8);
        RotaryDescription linear = RopeFrequencies.Linear(10000, 8, 4);
        Assert.Equal([1, 0.1, 0.01, 0.001], plain.InverseFrequencies.Select(value => Math.Round(value, 12, MidpointRounding.ToEven)));
        Assert.Equal(plain.InverseFrequencies.Select(value => value / 4), linear.InverseFrequencies);
        Assert.Equal("theta 10000, linear factor 4", linear.Text);
    }

    /// <summary>Worked by hand from the three bands: kept above 4 turns over 64 positions, divided below 1, blended between.</summary>
    [Fact]
    public void Llama3_keeps_blends_and_divides()
    {
        IReadOnlyList<double> plain = RopeFrequencies.Default(10000, 16).InverseFrequencies;
        IReadOnlyList<double> scaled = RopeFrequencies.Llama3(10000, 16, new Llama3Scaling(8, 1, 4, 64)).InverseFrequencies;
        Assert.Equal(plain[0], scaled[0], 1e-15);
        for (int i = 1; i <= 2; i++)
        {
            double turns = 64 * plain[i] / (2 * Math.PI);
            double smooth = (turns - 1) / 3;
            Assert.InRange(turns, 1, 4);
            Assert.Equal(((1 - smooth) * plain[i] / 8) + (smooth * plain[i]), scaled[i], 1e-15);
        }

        Assert.Equal(plain.Skip(3).Select(value => value / 8), scaled.Skip(3));
    }
}
