using System.Text.Json;

namespace MobiZO.Cli.Tests.Commands;

public sealed class InspectCommandTests
{
    [Fact]
    public async Task TellsTheFactsOfTheModel()
    {
        var result = await Cli.RunAsync("inspect", "--model", Cli.Nano);

        Assert.True(result.ExitCode == 0, result.Error);
        foreach (
            var fact in new[]
            {
                "architecture    llama",
                "layers          6",
                "hidden          256, feed-forward 704",
                "heads           4, key/value heads 2, head_dim 64",
                "vocabulary      4,096",
                "context         512 tokens",
                "tied embedding  yes",
                "parameters      5,475,584",
                "6 down_proj [256, 704]",
                "trainable: 12,288 of 5,487,872 parameters (0.22 %) in 6 modules",
                "of memory and up to 128 MB more for the exact gradient of long rows, cached prompts left out",
            }
        )
        {
            Assert.Contains(fact, result.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("auto", "fp32")]
    [InlineData("fp32", "fp32")]
    [InlineData("int8", "int8")]
    [InlineData("int4", "int4")]
    [InlineData("nf4", "nf4")]
    public async Task TellsTheFormatOfTheWeights(string weights, string held)
    {
        var result = await Cli.RunAsync("inspect", "--model", Cli.Nano, "--weights", weights);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains($"a training run with {held} weights would take about ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownFormatIsRefused()
    {
        var result = await Cli.RunAsync("inspect", "--model", Cli.Nano, "--weights", "int3");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            "--weights: expected one of fp32, int8, int4, auto, stored, nf4, found 'int3'.",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CountsTheAdapterAsJson()
    {
        var result = await Cli.RunAsync(
            "inspect",
            "--model",
            Cli.Nano,
            "--target-modules",
            "down",
            "--r",
            "2",
            "--layers",
            "top-1",
            "--json"
        );

        Assert.True(result.ExitCode == 0, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal(512, document.RootElement.GetProperty("adapter").GetProperty("trainable_parameters").GetInt32());
        Assert.Equal(5475584, document.RootElement.GetProperty("model").GetProperty("parameters").GetInt64());
    }
}
