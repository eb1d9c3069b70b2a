using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Opening;

namespace MobiZO.Checkpoints.Tests.Configuration;

/// <summary>Scalings as <c>config.json</c> gives them. The numbers were computed apart, from the published formulas.</summary>
public sealed class RopeScalingTests : IDisposable
{
    private const string Yarn = """ "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64""";

    private static readonly double[] s_yarn =
    [
        1.0,
        0.23717082451262847,
        0.05,
        0.007905694150420948,
        0.0025,
        0.0007905694150420947,
        0.00025,
        7.905694150420948e-05,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Yarn_keeps_blends_and_divides()
    {
        RotaryDescription rotary = Rope(Yarn);
        AssertNear(s_yarn, rotary.InverseFrequencies);
        Assert.Equal(1.138629436111989, rotary.Factor, 1e-12);
        Assert.Equal("theta 10000, YaRN factor 4", rotary.Text);
    }

    [Fact]
    public void Yarn_takes_its_bounds_as_they_are()
    {
        RotaryDescription rotary = Rope(Yarn + """, "truncate": false""");
        AssertNear([1, 0.19858352015369318, 0.02559524589192421, 0.007905694150420948], [.. rotary.InverseFrequencies.Take(4)]);
        AssertNear(s_yarn[4..], [.. rotary.InverseFrequencies.Skip(4)]);
    }

    [Fact]
    public void Yarn_with_other_turns()
    {
        RotaryDescription rotary = Rope(
            """ "rope_type": "yarn", "factor": 8, "original_max_position_embeddings": 2048, "beta_fast": 16, "beta_slow": 2"""
        );
        double[] expected =
        [
            1.0,
            0.31622776601683794,
            0.1,
            0.022399466759526022,
            0.0041666666666666675,
            0.00039528470752104737,
            0.000125,
            3.952847075210474e-05,
        ];
        AssertNear(expected, rotary.InverseFrequencies);
    }

    [Theory]
    [InlineData(""", "attention_factor": 1.25""", 1.25)]
    [InlineData(""", "mscale": 0.707, "mscale_all_dim": 1.2""", 0.941403523749669)]
    [InlineData(""", "mscale": 0.707""", 1.138629436111989)]
    [InlineData(""", "mscale": 1.0, "mscale_all_dim": 0""", 1.138629436111989)]
    public void The_factor_of_cosines_of_yarn(string more, double expected) => Assert.Equal(expected, Rope(Yarn + more).Factor, 1e-12);

    /// <summary>The context of the config is 256, four times 64.</summary>
    [Fact]
    public void The_factor_of_yarn_may_be_told_by_the_contexts()
    {
        RotaryDescription rotary = Rope(""" "rope_type": "yarn", "original_max_position_embeddings": 64""");
        AssertNear(s_yarn, rotary.InverseFrequencies);
    }

    [Fact]
    public void Dynamic_scaling_changes_nothing_inside_the_context()
    {
        RotaryDescription rotary = Rope(""" "rope_type": "dynamic", "factor": 4.0""");
        Assert.Equal(Rope(""" "rope_type": "default" """), rotary);
        Assert.Equal((256, 1), (rotary.MaxPositions, rotary.Factor));
        Assert.Equal("theta 10000, dynamic factor 4 behind 256 tokens", rotary.Text);
    }

    [Fact]
    public void Longrope_holds_inside_the_original_context_only()
    {
        const string Divisors = "[1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]";
        ModelDescription model = Read(
            $$""" "type": "longrope", "original_max_position_embeddings": 64, "short_factor": {{Divisors}}, "long_factor": {{Divisors}}"""
        );
        RotaryDescription rotary = model.Layers[0].Attention.Rotary!;
        Assert.Equal(1.1547005383792517, rotary.Factor, 1e-12);
        AssertNear([1, 0.31622776601683794 / 1.5, 0.1 / 2, 0.031622776601683794 / 2.5], [.. rotary.InverseFrequencies.Take(4)]);
        Assert.Equal(64, model.Config.MaxPositions);
    }

    [Theory]
    [InlineData(""" "rope_type": "yarn", "factor": 0.5""", "factor: expected a number from 1 up, found 0.5")]
    [InlineData(""" "rope_type": "yarn", "factor": 4, "rope_theta": 1""", "rope_theta: expected a number above 1")]
    [InlineData(""" "rope_type": "yarn", "factor": 4, "truncate": 1""", "truncate: expected true or false")]
    [InlineData(""" "rope_type": "yarn", "factor": 4, "mscale": -1""", "mscale: expected a number above 0")]
    [InlineData(""" "rope_type": "yarn", "factor": 4, "beta_quick": 1""", "beta_quick: expected only rope_type")]
    [InlineData(""" "rope_type": "dynamic" """, "factor: expected a number above 0, found nothing")]
    [InlineData(""" "rope_type": "dynamic", "factor": 2, "alpha": 1000.0""", "alpha: expected only rope_type")]
    [InlineData(
        """ "rope_type": "longrope" """,
        "original_max_position_embeddings: expected the context that the short factors were made for"
    )]
    [InlineData(
        """ "rope_type": "longrope", "original_max_position_embeddings": 64 """,
        "long_factor: expected a list of numbers above 0, found nothing"
    )]
    [InlineData(""" "rope_type": "ntk", "factor": 2""", "rope_type: expected a supported scaling")]
    [InlineData(""" "rope_type": "yarn", "type": "linear", "factor": 2""", "type: expected the same as rope_type, 'yarn'")]
    public void Wrong_scalings_are_refused(string parameters, string expectedInMessage)
    {
        string message = Assert.Throws<CheckpointException>(() => Rope(parameters)).Message;
        Assert.Contains(expectedInMessage, message, StringComparison.Ordinal);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }

    private static void AssertNear(IReadOnlyList<double> expected, IReadOnlyList<double> found)
    {
        Assert.Equal(expected.Count, found.Count);
        Assert.All(expected.Zip(found), pair => Assert.Equal(1, pair.Second / pair.First, 1e-12));
    }

    private RotaryDescription Rope(string parameters) => Read(parameters).Layers[0].Attention.Rotary!;

    /// <summary>Heads of 16 dimensions and a context of 256 tokens.</summary>
    private ModelDescription Read(string parameters) =>
        ConfigReader.Read(
            _folder.Write(
                "config.json",
                TinyLlama
                    .Config.Replace("\"head_dim\": 4", "\"head_dim\": 16", StringComparison.Ordinal)
                    .Replace("\"max_position_embeddings\": 32", "\"max_position_embeddings\": 256", StringComparison.Ordinal)
                    .Replace("\"rope_theta\": 10000.0", $"\"rope_scaling\": {{{parameters}}}", StringComparison.Ordinal)
            )
        );
}
