using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Tests.Engines;

public sealed class ExtentsTests
{
    private static readonly Extents s_extents = new([("N", [8, 4, 8]), ("S", [1])]);

    [Fact]
    public void Extents_are_sorted_and_each_there_once()
    {
        Assert.Equal([4, 8], s_extents.Of("N")!);
        Assert.Null(s_extents.Of("T"));
        Assert.Throws<ArgumentException>(() => new Extents([("N", [])]));
    }

    [Fact]
    public void A_run_that_was_not_announced_is_refused_by_symbol()
    {
        s_extents.Require("step", new Dictionary<string, long> { ["N"] = 4, ["S"] = 1, ["T"] = 77 });
        var error = Assert.Throws<ProgramException>(() => s_extents.Require("step", new Dictionary<string, long> { ["N"] = 5, ["S"] = 1 }));
        Assert.Contains("'step'", error.Message, StringComparison.Ordinal);
        Assert.Contains("N = 4, 8", error.Message, StringComparison.Ordinal);
        Assert.Contains("has 5", error.Message, StringComparison.Ordinal);
    }
}
