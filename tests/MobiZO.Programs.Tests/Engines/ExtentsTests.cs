using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Tests.Engines;

public sealed class ExtentsTests
{
    private static readonly Extents s_extents = new(("N", Extent.OneOf(8, 4)), ("S", Extent.UpTo(32)));

    [Fact]
    public void A_symbol_that_is_not_named_may_have_any_extent_and_none_is_named_twice()
    {
        Assert.Equal([4, 8], s_extents.Of("N")!.Values);
        Assert.Null(s_extents.Of("T"));
        Assert.Null(Extents.Any.Of("N"));
        var error = Assert.Throws<ArgumentException>(() => new Extents(("N", Extent.OneOf(1)), ("N", Extent.OneOf(2))));
        Assert.Contains("symbol N", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_not_announced_is_refused_by_symbol()
    {
        s_extents.Require(
            "step",
            new Dictionary<string, long>
            {
                ["N"] = 4,
                ["S"] = 7,
                ["T"] = 77,
            }
        );
        var error = Assert.Throws<ProgramException>(() => s_extents.Require("step", new Dictionary<string, long> { ["N"] = 5, ["S"] = 7 }));
        Assert.Contains("'step'", error.Message, StringComparison.Ordinal);
        Assert.Contains("N = 4 or 8", error.Message, StringComparison.Ordinal);
        Assert.Contains("has 5", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ProgramException>(() => s_extents.Require("step", new Dictionary<string, long> { ["N"] = 4, ["S"] = 33 }));
        Assert.Contains("S = up to 32", error.Message, StringComparison.Ordinal);
    }
}
