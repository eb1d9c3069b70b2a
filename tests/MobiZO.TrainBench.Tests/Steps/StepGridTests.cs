using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TrainBench.Steps;

namespace MobiZO.TrainBench.Tests.Steps;

public sealed class StepGridTests
{
    [Fact]
    public void Every_combination_is_a_shape()
    {
        var shapes = StepGrid.Parse("activated:P=32,E=4,T=27; all:P=2|8,E=1|4,T=16");
        Assert.Equal(
            [
                new StepShape(AdapterScope.Activated, EstimatorKind.OneSidedNormalized, 32, 4, 27, 1),
                new StepShape(AdapterScope.All, EstimatorKind.TwoSided, 2, 1, 0, 16),
                new StepShape(AdapterScope.All, EstimatorKind.TwoSided, 2, 4, 0, 16),
                new StepShape(AdapterScope.All, EstimatorKind.TwoSided, 8, 1, 0, 16),
                new StepShape(AdapterScope.All, EstimatorKind.TwoSided, 8, 4, 0, 16),
            ],
            shapes
        );
    }

    [Fact]
    public void A_shape_counts_rows_and_tokens()
    {
        var shape = StepGrid.Parse("activated:P=6,E=5,T=27,S=3").Single();
        Assert.Equal((5, 30, 90), (shape.Queries, shape.Rows, shape.ComputedTokens));
        Assert.Equal(new StepShape(AdapterScope.All, EstimatorKind.OneSidedNormalized, 6, 5, 0, 30), shape.InScopeAll());
        Assert.Equal(2, StepGrid.Parse("all:P=4,E=1,T=4").Single().Queries);
    }

    [Theory]
    [InlineData("", "found nothing")]
    [InlineData("some:P=2,E=1,T=4", "must start with")]
    [InlineData("all:P=3,E=1,T=4", "odd 3")]
    [InlineData("activated:P=2,E=1,T=4", "at least 3; found 2")]
    [InlineData("all:P=2,E=1", "does not say T")]
    [InlineData("all:P=2,E=1,T=x", "found 'x'")]
    [InlineData("all:P=2,E=1,T=0", "found '0'")]
    [InlineData("all:P=2,E=1,T=4,S=2", "found 'S=2'")]
    [InlineData("all:P=2,E=1,T=4,Q=2", "found 'Q=2'")]
    public void Other_text_is_refused_by_the_part_that_is_wrong(string grid, string said) =>
        Assert.Contains(said, Assert.Throws<FormatException>(() => StepGrid.Parse(grid)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_default_grid_is_sound() => Assert.Equal(14, StepGrid.Parse(StepGrid.Default).Count);
}
