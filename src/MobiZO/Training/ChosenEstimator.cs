using MobiZO.Optimization;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>Decides the estimator of a run that leaves it open, from what was measured (bench/results), and says why.</summary>
internal static class ChosenEstimator
{
    /// <summary>The options with an estimator, and one sentence about it; no sentence where the user named one.</summary>
    /// <param name="options">The run.</param>
    /// <param name="traits">The engine.</param>
    /// <param name="engine">The engine's name.</param>
    public static (FineTuneOptions Options, string? Why) Of(FineTuneOptions options, EngineTraits traits, string engine)
    {
        if (options.Optimizer.Estimator != EstimatorKind.Auto)
        {
            return (options, null);
        }

        var (kind, why) =
            SettingOfQueries(options) is { } setting ? (EstimatorKind.OneSidedNormalized, $"{setting} is of random directions")
            : traits.HasGradients
                ? (
                    EstimatorKind.Reverse,
                    "the engine runs the exact gradient, which learned more in less time on every task that was measured"
                )
            : (EstimatorKind.OneSidedNormalized, $"{engine} runs forward passes only");
        return (options with { Optimizer = options.Optimizer with { Estimator = kind } }, $"Estimator {EnumNames.Of(kind)}: {why}.");
    }

    /// <summary>A setting that only random directions have and that was changed; null: none.</summary>
    private static string? SettingOfQueries(FineTuneOptions options)
    {
        var (mine, usual) = (options.Optimizer, new OptimizerOptions());
        return mine.Queries != usual.Queries ? "OptimizerOptions.Queries"
            : mine.Epsilon != usual.Epsilon ? "OptimizerOptions.Epsilon"
            : mine.Noise is not null ? "OptimizerOptions.Noise"
            : mine.ProbeLearningRate ? "OptimizerOptions.ProbeLearningRate"
            : mine.Momentum != 0 && mine.Kind is null ? "OptimizerOptions.Momentum"
            : options.Update == UpdatePlace.Engine ? "FineTuneOptions.Update"
            : null;
    }
}
