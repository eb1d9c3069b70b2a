using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

public sealed class CopyPlanTests
{
    [Theory]
    [InlineData(EstimatorMode.TwoSided, false, "0+ 1+ 2+ 0- 1- 2-")]
    [InlineData(EstimatorMode.TwoSidedNormalized, true, "0+ 1+ 2+ 0- 1- 2-")]
    [InlineData(EstimatorMode.OneSided, false, "0. 0+ 1+ 2+")]
    [InlineData(EstimatorMode.OneSidedNormalized, false, "0. 0+ 1+ 2+")]
    [InlineData(EstimatorMode.OneSided, true, "0. 1. 2. 0+ 1+ 2+")]
    public void Copies_come_in_the_order_of_the_stack(EstimatorMode mode, bool ownExamples, string expected)
    {
        var plan = CopyPlan.Create(mode, 3, ownExamples);
        Assert.Equal(expected, string.Join(' ', plan.Copies.Select(copy => $"{copy.Query}{"-.+"[(int)copy.Coefficient + 1]}")));
        Assert.Equal(plan.Copies.Count, plan.Count);
        for (var query = 0; query < 3; query++)
        {
            Assert.Equal(new PerturbedCopy(query, 1), plan.Copies[plan.PlusCopy(query)]);
            Assert.Equal(mode.IsTwoSided() ? -1 : 0, plan.Copies[plan.BaseCopy(query)].Coefficient);
        }
    }

    [Theory]
    [InlineData(EstimatorMode.TwoSided, 0)]
    [InlineData(EstimatorMode.OneSidedNormalized, 1)]
    [InlineData(EstimatorMode.TwoSidedNormalized, 1)]
    [InlineData((EstimatorMode)9, 4)]
    public void Too_few_queries_and_unknown_modes_are_refused(EstimatorMode mode, int queries) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CopyPlan.Create(mode, queries));
}
