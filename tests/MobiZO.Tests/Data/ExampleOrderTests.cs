using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class ExampleOrderTests
{
    /// <summary>Nine rows of one label, two of another and none of a third: both labels come nine times, and no row is left out.</summary>
    [Fact]
    public void BalancedDrawsShowRareLabelsAsOften()
    {
        int[] labels = [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0];
        var order = new ExampleOrder(BalancedDraws.Of(labels), examplesPerStep: 6, seed: 4);
        int[] epoch = [.. Enumerable.Range(0, 3).SelectMany(step => order.IndicesOf(step))];

        Assert.Equal(18, order.Count);
        Assert.Equal(9, epoch.Count(index => labels[index] == 0));
        Assert.Equal(9, epoch.Count(index => labels[index] == 2));
        Assert.Equal(Enumerable.Range(0, 11), epoch.Distinct().Order());
        Assert.Equal([4, 5], epoch.Where(index => labels[index] == 2).CountBy(index => index).Select(pair => pair.Value).Order());
    }

    [Theory]
    [InlineData(10, 4)]
    [InlineData(7, 7)]
    [InlineData(3, 8)]
    [InlineData(1, 2)]
    public void EveryEpochSeesEveryExampleOnce(int count, int perStep)
    {
        var order = new ExampleOrder(count, perStep, seed: 5);
        int[] sequence = [.. Enumerable.Range(0, count * 4).SelectMany(step => order.IndicesOf(step))];
        foreach (int[] epoch in sequence.Chunk(count).Where(chunk => chunk.Length == count))
        {
            Assert.Equal(Enumerable.Range(0, count), epoch.Order());
        }
    }

    [Fact]
    public void AnyStepCanBeAskedForAtAnyTime()
    {
        var forward = new ExampleOrder(13, 5, seed: 9);
        int[][] steps = [.. Enumerable.Range(0, 40).Select(step => forward.IndicesOf(step))];
        var backward = new ExampleOrder(13, 5, seed: 9);
        for (int step = 39; step >= 0; step--)
        {
            Assert.Equal(steps[step], backward.IndicesOf(step));
        }

        Assert.Equal(steps[23], new ExampleOrder(13, 5, seed: 9).IndicesOf(23));
    }

    [Fact]
    public void SeedsAndEpochsGiveDifferentOrders()
    {
        int[] first = new ExampleOrder(100, 100, 1).IndicesOf(0);
        Assert.NotEqual(first, new ExampleOrder(100, 100, 2).IndicesOf(0));
        Assert.NotEqual(first, new ExampleOrder(100, 100, 1).IndicesOf(1));
    }

    [Fact]
    public void EveryPlaceIsEquallyLikely()
    {
        // 6000 epochs of 6 examples: each example is expected 1000 times in each place, with a standard deviation of 29.
        var counts = new int[6, 6];
        var order = new ExampleOrder(6, 6, seed: 3);
        for (int epoch = 0; epoch < 6000; epoch++)
        {
            int[] indices = order.IndicesOf(epoch);
            for (int place = 0; place < 6; place++)
            {
                counts[place, indices[place]]++;
            }
        }

        foreach (int count in counts)
        {
            Assert.InRange(count, 870, 1130);
        }
    }

    [Fact]
    public void TheOrderIsPartOfTheFormat()
    {
        // A journal replayed years later must see the same rows: these numbers, computed with a few lines of Python integers, may never
        // change.
        Assert.Equal([3, 7, 8, 6, 0, 1, 4, 9, 2, 5], new ExampleOrder(10, 10, seed: 42).IndicesOf(0));
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExampleOrder(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExampleOrder(1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExampleOrder(1, 1, 0).IndicesOf(-1));
        Assert.Throws<OverflowException>(() => new ExampleOrder(1, 4, 0).IndicesOf(long.MaxValue));
    }
}
