using MobiZO.Optimization;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>Decides the estimator of a run that leaves it open, from what was measured (bench/results), and says why.</summary>
internal static class ChosenEstimator
{
    /// <summary>The options with an estimator, and one sentence about it; no sentence where the user named one.</summary>
    /// <param name="options">The run.</param>
    /// <param name="traits">The engine.</param>
    /// <param name="engine">The engine's name.</param>
    /// <param name="isFreeText">Whether the rows have free answers, not labels or choices.</param>
    /// <exception cref="FineTuneException">The engine has no exact gradients, and the user wants them.</exception>
    public static (FineTuneOptions Options, string? Why) Of(FineTuneOptions options, EngineTraits traits, string engine, bool isFreeText)
    {
        if (options.Optimizer.Estimator == EstimatorKind.Reverse && !traits.HasGradients)
        {
            throw new FineTuneException(
                $"OptimizerOptions.Estimator {EstimatorKind.Reverse} needs an engine that runs the exact gradient, and {engine} runs "
                    + $"forward passes only. Set it to {EstimatorKind.OneSidedNormalized} or {EnumNames.Of(EstimatorKind.Guided)}, "
                    + "or choose another engine.",
                FineTuneFailure.Settings
            );
        }

        if (options.Score is not null && options.Optimizer.Epsilon == new OptimizerOptions().Epsilon)
        {
            options = options with { Optimizer = options.Optimizer with { Epsilon = ScoreOptions.DefaultEpsilon } };
        }

        if (options.Optimizer.Estimator != EstimatorKind.Auto)
        {
            return (options, null);
        }

        var (kind, why) = Choose(options, traits, engine, isFreeText);
        var chosen = options with { Optimizer = options.Optimizer with { Estimator = kind } };
        return chosen.Validate() is { Count: > 0 } errors
            ? throw new FineTuneException(
                $"The run would take the estimator {EnumNames.Of(kind)}, because {why}, and then settings do not fit:"
                    + string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}"))
                    + $"{Environment.NewLine}Leave them out, or set OptimizerOptions.Estimator.",
                FineTuneFailure.Settings
            )
            : (chosen, $"Estimator {EnumNames.Of(kind)}: {why}.{RateNote(chosen.Optimizer)}");
    }

    /// <summary>The options with the estimator that a run on label words would have, for forecasts without rows.</summary>
    public static FineTuneOptions Likely(FineTuneOptions options, EngineTraits traits) =>
        options.Optimizer.Estimator != EstimatorKind.Auto
            ? options
            : options with
            {
                Optimizer = options.Optimizer with { Estimator = Choose(options, traits, "", isFreeText: false).Kind },
            };

    private static (EstimatorKind Kind, string Why) Choose(FineTuneOptions options, EngineTraits traits, string engine, bool isFreeText) =>
        options.Score is not null
            ? (
                EstimatorKind.OneSidedNormalized,
                FormattableString.Invariant($"a score has no gradient; epsilon is {options.Optimizer.Epsilon}")
            )
        : SettingOfQueries(options) is { } setting ? (EstimatorKind.OneSidedNormalized, $"{setting} is of random directions")
        : traits.HasGradients ? (EstimatorKind.Reverse, "the engine runs the exact gradient, which takes fewer rows")
        : isFreeText && FollowsBroadcast(options)
            ? (EstimatorKind.Guided, $"{engine} runs forward passes only, and random directions learn little of free text")
        : (EstimatorKind.OneSidedNormalized, $"{engine} runs forward passes only");

    /// <summary>A rate for random directions is far too long for AdamW, and both are called learning rate.</summary>
    private static string RateNote(OptimizerOptions optimizer) =>
        optimizer is { Estimator: EstimatorKind.Reverse or EstimatorKind.Guided, KindOrDefault: OptimizerKind.AdamW, LearningRate: > 0.1f }
            ? FormattableString.Invariant($" The learning rate {optimizer.LearningRate} is AdamW's here, whose default is ")
                + FormattableString.Invariant(
                    $"{(optimizer with { LearningRate = null }).RateOrDefault}; name the estimator if it was meant for another."
                )
            : "";

    /// <summary>The broadcast reaches the default modules, and not all that may be named; SGD and decay do not follow it.</summary>
    private static bool FollowsBroadcast(FineTuneOptions options) =>
        options
            is { Adapter: { TargetModules: "auto", StartFrom: null }, Optimizer: { Kind: null or OptimizerKind.AdamW, WeightDecay: 0 } };

    /// <summary>A setting that only random directions have and that was changed; null: none.</summary>
    private static string? SettingOfQueries(FineTuneOptions options)
    {
        var (mine, usual) = (options.Optimizer, new OptimizerOptions());
        return mine.Queries is not null ? "OptimizerOptions.Queries"
            : mine.Epsilon != usual.Epsilon ? "OptimizerOptions.Epsilon"
            : mine.Noise is not null ? "OptimizerOptions.Noise"
            : mine.ProbeLearningRate ? "OptimizerOptions.ProbeLearningRate"
            : mine.Momentum != 0 && mine.Kind is null ? "OptimizerOptions.Momentum"
            : options.Update == UpdatePlace.Engine ? "FineTuneOptions.Update"
            : null;
    }
}
