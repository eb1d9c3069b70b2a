using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Optimization;

public sealed class OptimizerOptionsTests
{
    [Fact]
    public void Defaults_are_sound()
    {
        foreach (var estimator in Enum.GetValues<EstimatorKind>())
        {
            Assert.Empty(new OptimizerOptions { Estimator = estimator }.Validate());
        }
    }

    [Fact]
    public void Noise_follows_the_estimator_unless_chosen()
    {
        Assert.Equal(NoiseKind.Gaussian, new OptimizerOptions { Estimator = EstimatorKind.TwoSided }.NoiseOrDefault);
        Assert.Equal(NoiseKind.Rademacher, new OptimizerOptions { Estimator = EstimatorKind.OneSidedNormalized }.NoiseOrDefault);
        Assert.Equal(
            NoiseKind.Gaussian,
            new OptimizerOptions { Estimator = EstimatorKind.OneSidedNormalized, Noise = NoiseKind.Gaussian }.NoiseOrDefault
        );
    }

    [Fact]
    public void Every_error_is_listed()
    {
        var errors = new OptimizerOptions
        {
            Estimator = (EstimatorKind)8,
            Queries = 0,
            Epsilon = 0,
            LearningRate = float.NaN,
            Schedule = (ScheduleKind)5,
            Momentum = 1,
            Noise = (NoiseKind)4,
        }.Validate();
        Assert.Equal(7, errors.Count);
        Assert.Contains(errors, error => error.Contains("one-sided-normalized", StringComparison.Ordinal));
    }

    [Fact]
    public void Normalised_estimators_need_two_queries() =>
        Assert.Contains(
            "at least 2",
            Assert.Single(new OptimizerOptions { Estimator = EstimatorKind.OneSidedNormalized, Queries = 1 }.Validate()),
            StringComparison.Ordinal
        );

    [Fact]
    public void Names_of_estimators_can_be_written_and_read()
    {
        foreach (var estimator in Enum.GetValues<EstimatorKind>())
        {
            Assert.True(EnumNames.TryParse<EstimatorKind>(EnumNames.Of(estimator), out var read));
            Assert.Equal(estimator, read);
        }

        Assert.False(EnumNames.TryParse<EstimatorKind>("TwoSided", out _));
    }

    /// <summary>The optimiser that an estimator has anyway may be named; another is refused by the names that users know.</summary>
    [Theory]
    [InlineData(EstimatorKind.Guided, OptimizerKind.AdamW, null)]
    [InlineData(EstimatorKind.Guided, OptimizerKind.Sgd, "Kind: the estimator guided has a direction")]
    [InlineData(EstimatorKind.TwoSided, OptimizerKind.Sgd, null)]
    [InlineData(EstimatorKind.TwoSided, OptimizerKind.AdamW, "Kind: the estimator two-sided follows random directions by sgd")]
    [InlineData(EstimatorKind.Reverse, OptimizerKind.Sgd, null)]
    public void Optimisers_fit_their_estimator(EstimatorKind estimator, OptimizerKind kind, string? error)
    {
        var errors = new OptimizerOptions { Estimator = estimator, Kind = kind }.Validate();
        if (error is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.StartsWith(error, Assert.Single(errors), StringComparison.Ordinal);
        }
    }
}
