using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Tests.Engines;

public sealed class ExtentTests
{
    [Fact]
    public void Values_are_sorted_and_each_there_once()
    {
        var extent = Extent.OneOf(8, 4, 8);
        Assert.Equal([4, 8], extent.Values);
        Assert.Equal(8, extent.Most);
        Assert.False(extent.IsRange);
        Assert.Equal("4 or 8", extent.ToString());
    }

    [Theory]
    [InlineData(false, 0, false)]
    [InlineData(false, 4, true)]
    [InlineData(false, 5, false)]
    [InlineData(false, 8, true)]
    [InlineData(true, 0, true)]
    [InlineData(true, 5, true)]
    [InlineData(true, 8, true)]
    [InlineData(true, 9, false)]
    [InlineData(true, -1, false)]
    public void A_range_covers_what_lies_below_and_values_only_themselves(bool isRange, long value, bool expected) =>
        Assert.Equal(expected, (isRange ? Extent.UpTo(8) : Extent.OneOf(4, 8)).Covers(value));

    [Fact]
    public void An_extent_needs_a_value_of_zero_or_more()
    {
        Assert.Throws<ArgumentException>(() => Extent.OneOf());
        Assert.Contains("[-1, 3]", Assert.Throws<ArgumentException>(() => Extent.OneOf(3, -1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Extent.UpTo(-1));
    }
}
