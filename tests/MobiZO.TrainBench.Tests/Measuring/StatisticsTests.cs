using MobiZO.TrainBench.Measuring;

namespace MobiZO.TrainBench.Tests.Measuring;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 3d, 1, 2 }, 2)]
    [InlineData(new[] { 4d, 1, 3, 2 }, 2.5)]
    [InlineData(new[] { 7d }, 7)]
    public void The_median_is_the_middle_or_the_mean_of_the_two_middle_ones(double[] values, double median) =>
        Assert.Equal(median, Statistics.Median(values));

    [Fact]
    public void Nothing_has_no_median() => Assert.Throws<ArgumentException>(() => Statistics.Median([]));

    [Fact]
    public void Contenders_take_turns_and_the_first_round_is_dropped()
    {
        var calls = new List<string>();
        int Sample(string name)
        {
            calls.Add(name);
            return calls.Count;
        }

        var samples = Interleaved.Run(3, () => Sample("a"), () => Sample("b"));

        Assert.Equal(["a", "b", "a", "b", "a", "b"], calls);
        Assert.Equal([3, 5], samples[0]);
        Assert.Equal([4, 6], samples[1]);
    }

    [Fact]
    public void The_bound_is_the_slower_of_arithmetic_and_memory()
    {
        var roofline = new Roofline(FlopsPerSecond: 100, BytesPerSecond: 10);
        Assert.Equal(2, roofline.BoundSeconds(flops: 200, bytes: 5));
        Assert.Equal(3, roofline.BoundSeconds(flops: 200, bytes: 30));
    }
}
