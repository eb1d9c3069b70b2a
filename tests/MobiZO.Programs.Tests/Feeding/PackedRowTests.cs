using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.Programs.Tests.Feeding;

public sealed class PackedRowTests
{
    private static readonly ChoiceRow[] s_ways =
    [
        new([5, 6], [new(0, [5], 0), new(1, [6], 0), new(2, [7], 0)]),
        new([5, 8], [new(0, [5, 9], 0), new(1, [6, 8], 0), new(2, [2, 3], 0)]),
        new([9], [new(1, [4, 5], 0)]),
    ];

    /// <summary>Tokens that ways share stand in the row once, and so do the points on them, with what all ways ask there.</summary>
    [Fact]
    public void WhatWaysShareStandsOnce()
    {
        var packed = new PackedRow(s_ways);
        Assert.Equal([5, 6, 8, 9], packed.Tokens);
        Assert.Equal([-1, 0, 0, -1], packed.Parents);
        Assert.Equal([0, 1, 1, 0], packed.Depths);
        Assert.Equal([-1, 0, 1, 2, 3], packed.Points.Select(point => point.Token));
        Assert.Equal([5, 9], packed.Points[0].Candidates);
        Assert.Equal(packed.IndexOf(0, 1), packed.IndexOf(1, 1));
        Assert.Equal(1, packed.ColumnOf(1, 1, 1));
        Assert.Equal(4, packed.IndexOf(2, 0));
    }

    /// <summary>A token sees the prompt, the tokens that it follows and itself; its position is that of its way.</summary>
    [Fact]
    public void TokensSeeTheirOwnWay()
    {
        var example = new PromptExample([1, 2, 3], 1, [], [], 0);
        var feed = TreeFeed.Create([example], [new PackedRow(s_ways)], hasSpoken: true);
        Assert.Equal(6, feed.TokensPerRow);
        Assert.Equal([2L, 3, 5, 6, 8, 9], feed.Inputs[ProgramNames.InputIds].Longs);
        Assert.Equal([1L, 2, 3, 4, 4, 3], feed.Inputs[ProgramNames.Positions].Longs);
        string[] seen = ["x.....", "xx....", "xxx...", "xxxx..", "xxx.x.", "xx...x"];
        Assert.Equal(string.Concat(seen), string.Concat(feed.Inputs[ProgramNames.Seen].Floats.Select(value => value == 0 ? 'x' : '.')));
        Assert.Equal([1L, 2, 3, 4, 5], feed.Inputs[ProgramNames.AnswerRows].Longs);
        Assert.Equal([0L, 1, 2], feed.Inputs[ProgramNames.SpokenPoints].Longs);
        Assert.Equal([5L, 6, 7], feed.Inputs[ProgramNames.AnswerIds].Longs);
        Assert.Equal((feed.Columns * 1) + 1, feed.PlaceOf(0, 1, 1, 1));
    }

    [Fact]
    public void ARowOfWhichNothingIsAskedIsRefused()
    {
        var example = new PromptExample([1], 0, [], [], 0);
        var error = Assert.Throws<ProgramException>(() => TreeFeed.Create([example], [new PackedRow([new ChoiceRow([4], [])])], false));
        Assert.Contains("one point each", error.Message, StringComparison.Ordinal);
    }
}
