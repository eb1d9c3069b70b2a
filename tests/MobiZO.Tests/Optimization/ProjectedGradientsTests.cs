using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class ProjectedGradientsTests
{
    [Fact]
    public void Two_sided_is_half_the_difference_over_epsilon()
    {
        var plan = CopyPlan.Create(EstimatorKind.TwoSided, 2);
        Assert.Equal([(1.5f - 1f) / 0.02f, (2f - 2.25f) / 0.02f], ProjectedGradients.Compute(plan, [1.5f, 2f, 1f, 2.25f], 0.01f));
    }

    [Fact]
    public void One_sided_normalized_divides_by_the_sample_deviation()
    {
        // Deviation of 1, 2, 3 with q - 1 is 1.
        var plan = CopyPlan.Create(EstimatorKind.OneSidedNormalized, 3);
        Assert.Equal([0.5f, 1.5f, 2.5f], ProjectedGradients.Compute(plan, [0.5f, 1f, 2f, 3f], 0.01f));
    }

    [Theory]
    [InlineData(EstimatorKind.OneSidedNormalized)]
    [InlineData(EstimatorKind.TwoSided)]
    public void No_spread_means_no_step(EstimatorKind estimator)
    {
        var plan = CopyPlan.Create(estimator, 4);
        Assert.Equal(new float[4], ProjectedGradients.Compute(plan, Enumerable.Repeat(2.5f, plan.Count).ToArray(), 0.01f));
    }

    /// <summary>
    /// Losses one rounding step apart still give the exact difference: nothing narrower than single precision touches them.
    /// </summary>
    [Fact]
    public void The_smallest_difference_of_two_losses_survives()
    {
        var plan = CopyPlan.Create(EstimatorKind.TwoSided, 1);
        var above = float.BitIncrement(2.79f);
        Assert.Equal((above - 2.79f) / 0.02f, ProjectedGradients.Compute(plan, [above, 2.79f], 0.01f)[0]);
        Assert.NotEqual(0f, ProjectedGradients.Compute(plan, [above, 2.79f], 0.01f)[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_loss_that_is_not_finite_is_refused(float loss) =>
        Assert.Throws<ArgumentException>(() => ProjectedGradients.Compute(CopyPlan.Create(EstimatorKind.TwoSided, 1), [1f, loss], 0.01f));

    [Fact]
    public void The_number_of_losses_is_checked() =>
        Assert.Throws<ArgumentException>(() => ProjectedGradients.Compute(CopyPlan.Create(EstimatorKind.TwoSided, 2), [1f, 2f], 0.01f));
}
