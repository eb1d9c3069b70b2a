using MobiZO.Optimization;
using MobiZO.TestKit;

namespace MobiZO.Tests.Optimization;

public sealed class GoldenStepTests
{
    public static TheoryData<string> Cases => GoldenCase.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recorded_losses_give_the_recorded_projected_gradients(string name)
    {
        var golden = GoldenCase.Load(name);
        Assert.Equal(golden.Copies, golden.Plan.Count);
        for (var step = 0; step < golden.Losses.Count; step++)
        {
            var gradients = golden.Compute(golden.Losses[step]);
            Assert.Equal(golden.Gradients[step].Length, gradients.Length);
            for (var query = 0; query < gradients.Length; query++)
            {
                AssertClose(
                    golden.Gradients[step][query],
                    gradients[query],
                    2e-3 + (1e-3 * Math.Abs(golden.Gradients[step][query])),
                    $"step {step} query {query}"
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recorded_losses_and_directions_give_the_recorded_state(string name)
    {
        var golden = GoldenCase.Load(name);
        var b = golden.StateAfter(0);
        for (var step = 0; step < golden.Losses.Count; step++)
        {
            var gradients = golden.Compute(golden.Losses[step]);
            AdapterUpdate.Apply(b, default, golden.Noise(step), gradients, golden.LearningRate);
            var expected = golden.StateAfter(step + 1);
            for (var index = 0; index < b.Length; index++)
            {
                AssertClose(expected[index], b[index], 1e-5 + (golden.LearningRate * 2e-3), $"step {step} element {index}");
            }
        }
    }

    private static void AssertClose(double expected, double actual, double tolerance, string place) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{place}: expected {expected}, found {actual}, allowed {tolerance}");
}
