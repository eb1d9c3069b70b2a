using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Optimization.Noise;

public sealed class GaussianTransformTests
{
    [Fact]
    public void Stays_within_its_documented_error_of_the_platform_functions()
    {
        var worst = 0d;
        var angleWord = 0u;
        for (var index = 0; index < 2_000_000; index++)
        {
            // All magnitudes of the first word, down to the rarest, and angles all around.
            var radiusWord = uint.MaxValue - ((uint)index * 2654435761u);
            radiusWord >>= index % 31;
            angleWord += 2246822519u;
            worst = Math.Max(worst, Error(radiusWord, angleWord));
        }

        Assert.True(worst < 1e-6, $"worst error {worst:E3} of max(1, r)");
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 0x80000000u)]
    [InlineData(1u, 0x40000000u)]
    [InlineData(uint.MaxValue, 0xC0000000u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(0x80000000u, 0x20000000u)]
    [InlineData(0x80000000u, 0x1FFFFFFFu)]
    [InlineData(0x7FFFFFFFu, 0x60000000u)]
    [InlineData(0x7FFFFFFFu, 0x5FFFFFFFu)]
    [InlineData(0xB504F333u, 0xA0000000u)]
    [InlineData(0xB504F334u, 0xDFFFFFFFu)]
    public void Borders_are_finite_and_accurate(uint radiusWord, uint angleWord) => Assert.True(Error(radiusWord, angleWord) < 1e-6);

    private static double Error(uint radiusWord, uint angleWord)
    {
        var (cosine, sine) = GaussianTransform.Transform(radiusWord, angleWord);
        // The word is first rounded to 24 bits: near u = 1 the radius follows the rounded u.
        var u = (double)((int)(radiusWord >> 1) + 0.5f) / 2147483648.0;
        var radius = Math.Sqrt(-2 * Math.Log(u));
        var angle = 2 * Math.PI * (int)angleWord / 4294967296.0;
        var error = Math.Max(Math.Abs(cosine - (radius * Math.Cos(angle))), Math.Abs(sine - (radius * Math.Sin(angle))));
        Assert.False(double.IsNaN(error), $"words {radiusWord:X8} {angleWord:X8} give {cosine}, {sine}");
        return error / Math.Max(1, radius);
    }
}
