using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Optimization;

public sealed class OptimizerOptionsTests
{
    [Fact]
    public void Defaults_are_sound()
    {
        foreach (var mode in Enum.GetValues<EstimatorMode>())
        {
            Assert.Empty(new OptimizerOptions { Mode = mode }.Validate());
        }
    }

    [Fact]
    public void Noise_follows_the_mode_unless_chosen()
    {
        Assert.Equal(NoiseKind.Gaussian, new OptimizerOptions { Mode = EstimatorMode.TwoSided }.EffectiveNoise);
        Assert.Equal(NoiseKind.Rademacher, new OptimizerOptions { Mode = EstimatorMode.OneSidedNormalized }.EffectiveNoise);
        Assert.Equal(NoiseKind.Gaussian, new OptimizerOptions { Mode = EstimatorMode.OneSided, Noise = NoiseKind.Gaussian }.EffectiveNoise);
    }

    [Fact]
    public void Every_error_is_listed()
    {
        var errors = new OptimizerOptions
        {
            Mode = (EstimatorMode)8,
            Queries = 0,
            Epsilon = 0,
            LearningRate = float.NaN,
            Schedule = new LearningRateSchedule { Kind = (ScheduleKind)5, WarmupSteps = -1, FinalRatio = 2 },
            Momentum = 1,
            Clip = -1,
            Noise = (NoiseKind)4,
        }.Validate();
        Assert.Equal(10, errors.Count);
        Assert.Contains(errors, error => error.Contains("two-sided-normalized", StringComparison.Ordinal));
    }

    [Fact]
    public void Normalised_modes_need_two_queries() =>
        Assert.Contains("at least 2", Assert.Single(new OptimizerOptions { Mode = EstimatorMode.TwoSidedNormalized, Queries = 1 }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Names_of_modes_can_be_written_and_read()
    {
        foreach (var mode in Enum.GetValues<EstimatorMode>())
        {
            Assert.True(EnumNames.TryParse<EstimatorMode>(EnumNames.Of(mode), out var read));
            Assert.Equal(mode, read);
        }

        Assert.False(EnumNames.TryParse<EstimatorMode>("TwoSided", out _));
    }
}
