using MobiZO.Generation;

namespace MobiZO.Tests.Generation;

public sealed class GenerationOptionsTests
{
    [Fact]
    public void DefaultsAreSound() => Assert.Empty(new GenerationOptions().Validate());

    [Fact]
    public void EveryErrorIsListed()
    {
        var errors = new GenerationOptions
        {
            MaxNewTokens = 0,
            RepetitionPenalty = 0,
            Temperature = -1,
            TopK = -1,
            TopP = 0,
            MinP = double.NaN,
            StopTexts = [""],
        }.Validate();
        Assert.Equal(
            ["MaxNewTokens", "RepetitionPenalty", "Temperature", "TopK", "TopP", "MinP", "StopTexts"],
            errors.Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)])
        );
    }
}
