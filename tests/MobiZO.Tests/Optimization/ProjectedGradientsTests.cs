using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

public sealed class ProjectedGradientsTests
{
    [Fact]
    public void Two_sided_is_half_the_difference_over_epsilon()
    {
        var plan = CopyPlan.Create(EstimatorMode.TwoSided, 2);
        Assert.Equal([(1.5f - 1f) / 0.02f, (2f - 2.25f) / 0.02f], ProjectedGradients.Compute(plan, [1.5f, 2f, 1f, 2.25f], 0.01f));
    }

    [Fact]
    public void One_sided_compares_with_the_clean_copy()
    {
        var plan = CopyPlan.Create(EstimatorMode.OneSided, 2);
        Assert.Equal([0.5f / 0.01f, -0.25f / 0.01f], ProjectedGradients.Compute(plan, [1f, 1.5f, 0.75f], 0.01f));
    }

    [Fact]
    public void One_sided_with_own_examples_compares_each_query_with_its_own_clean_copy()
    {
        var plan = CopyPlan.Create(EstimatorMode.OneSided, 2, ownExamples: true);
        Assert.Equal([0.5f / 0.01f, -0.25f / 0.01f], ProjectedGradients.Compute(plan, [1f, 7f, 1.5f, 6.75f], 0.01f));
    }

    [Fact]
    public void One_sided_normalized_divides_by_the_sample_deviation()
    {
        // Deviation of 1, 2, 3 with q - 1 is 1.
        var plan = CopyPlan.Create(EstimatorMode.OneSidedNormalized, 3);
        Assert.Equal([0.5f, 1.5f, 2.5f], ProjectedGradients.Compute(plan, [0.5f, 1f, 2f, 3f], 0.01f));
    }

    [Fact]
    public void Own_examples_do_not_enter_the_spread()
    {
        var shared = ProjectedGradients.Compute(CopyPlan.Create(EstimatorMode.OneSidedNormalized, 3), [0.5f, 1f, 2f, 3f], 0.01f);
        var own = ProjectedGradients.Compute(CopyPlan.Create(EstimatorMode.OneSidedNormalized, 3, ownExamples: true), [0.5f, 100.5f, 8.5f, 1f, 102f, 11f], 0.01f);
        Assert.Equal(shared, own);
    }

    [Fact]
    public void Two_sided_normalized_has_root_mean_square_one()
    {
        var plan = CopyPlan.Create(EstimatorMode.TwoSidedNormalized, 4);
        var gradients = ProjectedGradients.Compute(plan, [1.1f, 1.2f, 0.7f, 1f, 1f, 1f, 1f, 1f], 0.01f);
        Assert.Equal(1, gradients.Average(g => (double)g * g), 5);
        Assert.True(gradients[0] > 0 && gradients[1] > gradients[0] && gradients[2] < 0 && gradients[3] == 0);
    }

    [Theory]
    [InlineData(EstimatorMode.OneSidedNormalized)]
    [InlineData(EstimatorMode.TwoSidedNormalized)]
    public void No_spread_means_no_step(EstimatorMode mode)
    {
        var plan = CopyPlan.Create(mode, 4);
        Assert.Equal(new float[4], ProjectedGradients.Compute(plan, Enumerable.Repeat(2.5f, plan.Count).ToArray(), 0.01f));
    }

    [Fact]
    public void Clipping_limits_both_signs()
    {
        var plan = CopyPlan.Create(EstimatorMode.TwoSided, 3);
        Assert.Equal([3f, -3f, 0f], ProjectedGradients.Compute(plan, [2f, 1f, 1f, 1f, 2f, 1f], 0.01f, clip: 3));
    }

    /// <summary>Losses one rounding step apart still give the exact difference: nothing narrower than single precision touches them.</summary>
    [Fact]
    public void The_smallest_difference_of_two_losses_survives()
    {
        var plan = CopyPlan.Create(EstimatorMode.TwoSided, 1);
        var above = float.BitIncrement(2.79f);
        Assert.Equal((above - 2.79f) / 0.02f, ProjectedGradients.Compute(plan, [above, 2.79f], 0.01f)[0]);
        Assert.NotEqual(0f, ProjectedGradients.Compute(plan, [above, 2.79f], 0.01f)[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_loss_that_is_not_finite_is_refused(float loss) =>
        Assert.Throws<ArgumentException>(() => ProjectedGradients.Compute(CopyPlan.Create(EstimatorMode.TwoSided, 1), [1f, loss], 0.01f));

    [Fact]
    public void The_number_of_losses_is_checked() =>
        Assert.Throws<ArgumentException>(() => ProjectedGradients.Compute(CopyPlan.Create(EstimatorMode.TwoSided, 2), [1f, 2f], 0.01f));
}
