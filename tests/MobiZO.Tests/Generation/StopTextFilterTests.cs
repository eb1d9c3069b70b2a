using MobiZO.Generation;

namespace MobiZO.Tests.Generation;

public sealed class StopTextFilterTests
{
    [Fact]
    public void CutsBeforeAStopTextOverPieces()
    {
        var filter = new StopTextFilter(["<end>", "\n\n"]);
        Assert.Equal("a ", filter.Add("a "));
        Assert.Equal("b <x", filter.Add("b <x"));
        Assert.Equal("", filter.Add("<"));
        Assert.Equal("<b", filter.Add("b"));
        Assert.Equal("", filter.Add("<en"));
        Assert.Equal("", filter.Add("d>after"));
        Assert.True(filter.HasStopped);
        Assert.Equal("", filter.Add("more"));
        Assert.Equal("", filter.Finish());
    }

    [Fact]
    public void TakesTheFirstOfSeveral()
    {
        var filter = new StopTextFilter(["three", "two"]);
        Assert.Equal("one ", filter.Add("one two three"));
        Assert.True(filter.HasStopped);
    }

    [Fact]
    public void GivesBackWhatBecameNoStopText()
    {
        var filter = new StopTextFilter(["aab"]);
        Assert.Equal("", filter.Add("aa"));
        Assert.Equal("a", filter.Add("a"));
        Assert.Equal("aa", filter.Finish());
        Assert.False(filter.HasStopped);
    }

    [Fact]
    public void WithoutStopTextsAllIsShownAtOnce()
    {
        var filter = new StopTextFilter([]);
        Assert.Equal("any", filter.Add("any"));
        Assert.Equal("", filter.Finish());
    }
}
