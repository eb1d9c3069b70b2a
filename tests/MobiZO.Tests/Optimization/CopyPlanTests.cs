using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class CopyPlanTests
{
    [Theory]
    [InlineData(EstimatorKind.TwoSided, "0+ 1+ 2+ 0- 1- 2-")]
    [InlineData(EstimatorKind.OneSidedNormalized, "0. 0+ 1+ 2+")]
    public void Copies_come_in_the_order_of_the_stack(EstimatorKind estimator, string expected)
    {
        var plan = CopyPlan.Create(estimator, 3);
        Assert.Equal(expected, Text(plan));
        Assert.Equal(plan.Copies.Count, plan.Count);
        for (var query = 0; query < 3; query++)
        {
            Assert.Equal(new PerturbedCopy(query, 1), plan.Copies[plan.PlusCopy(query)]);
            Assert.Equal(estimator.IsTwoSided() ? -1 : 0, plan.Copies[plan.BaseCopy(query)].Coefficient);
        }
    }

    [Theory]
    [InlineData(EstimatorKind.TwoSided, 0)]
    [InlineData(EstimatorKind.OneSidedNormalized, 1)]
    [InlineData((EstimatorKind)9, 4)]
    public void Too_few_queries_and_unknown_estimators_are_refused(EstimatorKind estimator, int queries) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CopyPlan.Create(estimator, queries));

    [Theory]
    [InlineData(EstimatorKind.TwoSided, 1, "0+ / 1+ / 2+ / 0- / 1- / 2-")]
    [InlineData(EstimatorKind.TwoSided, 4, "0+ 1+ 2+ 0- / 1- 2-")]
    [InlineData(EstimatorKind.OneSidedNormalized, 3, "0. 0+ 1+ / 2+")]
    [InlineData(EstimatorKind.OneSidedNormalized, 4, "0. 0+ 1+ 2+")]
    [InlineData(EstimatorKind.OneSidedNormalized, int.MaxValue, "0. 0+ 1+ 2+")]
    public void Slices_joined_are_the_whole(EstimatorKind estimator, int mostCopies, string expected)
    {
        var plan = CopyPlan.Create(estimator, 3);
        Assert.Equal(expected, string.Join(" / ", plan.Cut(mostCopies).Select(Text)));
        Assert.All(
            plan.Cut(mostCopies),
            slice => Assert.Equal((3, slice.Count == plan.Count ? estimator : (EstimatorKind?)null), (slice.Queries, slice.Estimator))
        );
    }

    [Fact]
    public void A_slice_is_any_range_of_the_copies()
    {
        var plan = CopyPlan.Create(EstimatorKind.OneSidedNormalized, 3);
        Assert.Equal("0+ 1+", Text(plan.Slice(1..3)));
        Assert.Equal("1+", Text(plan.Slice(1..3).Slice(^1..)));
        Assert.Same(plan, plan.Slice(..));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Slice(2..5));
        Assert.Throws<ArgumentException>(() => ProjectedGradients.Compute(plan.Slice(..2), [1, 2], 1));
    }

    private static string Text(CopyPlan plan) =>
        string.Join(' ', plan.Copies.Select(copy => $"{copy.Query}{"-.+"[(int)copy.Coefficient + 1]}"));
}
