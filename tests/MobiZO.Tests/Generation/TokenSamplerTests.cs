using MobiZO.Generation;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Generation;

public sealed class TokenSamplerTests
{
    private static readonly float[] s_logits = [1.0f, 3.0f, -2.0f, 2.0f, 0.5f, 2.5f];

    [Fact]
    public void GreedyTakesTheFirstOfTheLargest()
    {
        var sampler = new TokenSampler(new GenerationOptions());
        Assert.Equal(1, sampler.Choose(s_logits, new HashSet<int>(), 0));
        Assert.Equal(1, sampler.Choose([0f, 4f, 4f], new HashSet<int>(), 0));
    }

    [Theory]
    [InlineData(1.0, 0, 1.0, 0.0)]
    [InlineData(0.5, 0, 1.0, 0.0)]
    [InlineData(2.0, 0, 1.0, 0.0)]
    [InlineData(1.0, 3, 1.0, 0.0)]
    [InlineData(1.0, 0, 0.7, 0.0)]
    [InlineData(1.0, 0, 1.0, 0.3)]
    [InlineData(1.5, 5, 0.9, 0.1)]
    public void FrequenciesFollowTheProbabilities(double temperature, int topK, double topP, double minP)
    {
        const int Draws = 20_000;
        var options = new GenerationOptions
        {
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            Seed = 7,
        };
        var expected = Probabilities(options);
        var sampler = new TokenSampler(options);
        var counts = new int[s_logits.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Choose(s_logits, new HashSet<int>(), i)]++;
        }

        var chiSquare = 0.0;
        for (var token = 0; token < counts.Length; token++)
        {
            if (expected[token] == 0)
            {
                Assert.Equal(0, counts[token]);
                continue;
            }

            var mean = expected[token] * Draws;
            chiSquare += (counts[token] - mean) * (counts[token] - mean) / mean;
        }

        // With at most 5 degrees of freedom a sound sampler stays below this in 99.99 % of seeds.
        Assert.True(chiSquare < 25.7, $"chi-square {chiSquare:g4}");
    }

    [Fact]
    public void TopKKeepsTheLikeliest() => Assert.Equal([1, 5, 3], Kept(new GenerationOptions { Temperature = 1, TopK = 3 }));

    [Fact]
    public void TopPKeepsTheFewestThatReachIt()
    {
        // Probabilities of 1, 5, 3: 0.46, 0.28, 0.17.
        Assert.Equal([1], Kept(new GenerationOptions { Temperature = 1, TopP = 0.1 }));
        Assert.Equal([1, 5], Kept(new GenerationOptions { Temperature = 1, TopP = 0.5 }));
        Assert.Equal([1, 5, 3], Kept(new GenerationOptions { Temperature = 1, TopP = 0.8 }));
    }

    [Fact]
    public void TopPCountsWhatTopKLeft()
    {
        // Of the two likeliest the first has 0.62.
        Assert.Equal(
            [1],
            Kept(
                new GenerationOptions
                {
                    Temperature = 1,
                    TopK = 2,
                    TopP = 0.6,
                }
            )
        );
        Assert.Equal(
            [1, 5],
            Kept(
                new GenerationOptions
                {
                    Temperature = 1,
                    TopK = 2,
                    TopP = 0.63,
                }
            )
        );
    }

    [Fact]
    public void MinPIsAShareOfTheLargest() => Assert.Equal([1, 5, 3], Kept(new GenerationOptions { Temperature = 1, MinP = 0.36 }));

    [Fact]
    public void PenaltyActsOnBothSigns()
    {
        float[] logits = [4f, 3f, -1f, -1.5f];
        var sampler = new TokenSampler(new GenerationOptions { RepetitionPenalty = 2 });
        Assert.Equal(1, sampler.Choose(logits, new HashSet<int> { 0 }, 0));
        Assert.Equal(3, sampler.Choose([-1f, -1.5f], new HashSet<int> { 0 }, 0) + 2);
        Assert.Equal(0, sampler.Choose(logits, new HashSet<int> { 99, -1 }, 0));
    }

    [Fact]
    public void DrawsDependOnSeedAndIndexAlone()
    {
        var options = new GenerationOptions { Temperature = 1, Seed = 3 };
        int[] Draws(GenerationOptions chosen) =>
            [.. Enumerable.Range(0, 50).Select(i => new TokenSampler(chosen).Choose(s_logits, new HashSet<int>(), i))];
        Assert.Equal(Draws(options), Draws(options));
        Assert.NotEqual(Draws(options), Draws(options with { Seed = 4 }));
        Assert.True(Draws(options).Distinct().Count() > 2);
    }

    [Fact]
    public void DrawsNeverChange()
    {
        // Words of Philox4x32-10 for counter (index, 3 << 24, 0, 0) and key 42; a change would change every text that was made with a seed.
        var noise = new NoiseSource(42);
        Assert.Equal(
            [0.4960146351004153, 0.36386832551297854, 0.7498391260391037],
            Enumerable.Range(0, 3).Select(index => noise.SamplingUniform(index))
        );
    }

    [Fact]
    public void ColdTemperaturesAreGreedy() => Assert.Equal([1], Kept(new GenerationOptions { Temperature = 1e-300 }));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void LogitsMustBeFinite(float logit)
    {
        var error = Assert.Throws<GenerationException>(() =>
            new TokenSampler(new GenerationOptions()).Choose([0f, logit], new HashSet<int>(), 0)
        );
        Assert.Contains("logit of token 1", error.Message);
    }

    private static int[] Kept(GenerationOptions options) =>
        [.. new TokenSampler(options).Candidates([.. s_logits.Select(logit => (double)logit)]).Select(candidate => candidate.Token)];

    /// <summary>The definition, written another way than the sampler: over probabilities, by masks.</summary>
    private static double[] Probabilities(GenerationOptions options)
    {
        double[] p = Normalized([.. s_logits.Select(logit => Math.Exp(logit / options.Temperature))]);
        if (options.TopK > 0)
        {
            p = Normalized([.. p.Select(value => p.Count(other => other > value) < options.TopK ? value : 0)]);
        }

        p = Normalized([.. p.Select(value => p.Where(other => other > value).Sum() < options.TopP ? value : 0)]);
        return Normalized([.. p.Select(value => value >= options.MinP * p.Max() ? value : 0)]);
    }

    private static double[] Normalized(double[] values) => [.. values.Select(value => value / values.Sum())];
}
