using MobiZO.Optimization;
using MobiZO.Scoring;

namespace MobiZO;

/// <summary>Checks the settings of a run.</summary>
internal static class FineTuneOptionsValidation
{
    /// <summary>Every error, each naming the setting, the value and what is allowed; empty when they are sound.</summary>
    public static IReadOnlyList<string> Of(FineTuneOptions options)
    {
        var errors = new List<string>();
        AddRows(errors, options);
        AddSteps(errors, options);
        AddAnswers(errors, options);
        AddSizes(errors, options);
        AddUpdate(errors, options);
        AddMethod(errors, options);
        Require(
            errors,
            options.Reported != ReportedEvaluation.Best || options.EvalData is not null || options.Data.EvalFraction > 0,
            "Reported: the best evaluation needs rows to evaluate on; give FineTuneOptions.EvalData or DataOptions.EvalFraction"
        );
        errors.AddRange(options.Score?.Validate() ?? []);
        errors.AddRange(options.Data.Validate());
        errors.AddRange(options.Adapter.Validate());
        errors.AddRange(options.Optimizer.Validate());
        errors.AddRange(options.Engine.Validate());
        return errors;
    }

    private static void Require(List<string> errors, bool condition, string message)
    {
        if (!condition)
        {
            errors.Add(message);
        }
    }

    private static void AddRows(List<string> errors, FineTuneOptions options)
    {
        Require(errors, !string.IsNullOrWhiteSpace(options.Model), "Model: expected a Hugging Face folder or a .gguf file, found nothing");
        Require(
            errors,
            !string.IsNullOrWhiteSpace(options.TrainData),
            "TrainData: expected a file of rows or texts (JSONL, JSON, CSV, TSV, Parquet, TXT) or a folder of texts, found nothing"
        );
        Require(errors, !string.IsNullOrWhiteSpace(options.Output), "Output: expected a folder for the run, found nothing");
        Require(
            errors,
            options.EvalData is null || options.Data.EvalFraction == 0,
            "EvalData and DataOptions.EvalFraction are both given; keep one of them"
        );
    }

    private static void AddSteps(List<string> errors, FineTuneOptions options)
    {
        var (steps, epochs, examples) = (options.Steps, options.Epochs, options.ExamplesPerStep);
        Require(errors, steps is null or >= 1, $"Steps: expected at least 1, found {steps}");
        Require(errors, epochs is null || (epochs > 0 && double.IsFinite(epochs.Value)), $"Epochs: expected more than 0, found {epochs}");
        Require(errors, epochs is null || steps is null, "Epochs: Steps is given too; keep one of them");
        Require(errors, examples is null or >= 1, $"ExamplesPerStep: expected at least 1, found {examples}");
        Require(errors, options.EvalEvery >= 0, $"EvalEvery: expected 0 (only before and after) or more, found {options.EvalEvery}");
        Require(errors, options.Patience is null or >= 0, $"Patience: expected 0 (never stop early) or more, found {options.Patience}");
        Require(errors, options.EvalMaxRows is null or >= 1, $"EvalMaxRows: expected at least 1, found {options.EvalMaxRows}");
    }

    private static void AddAnswers(List<string> errors, FineTuneOptions options)
    {
        var (metric, share) = (options.Metric, options.TokenShare);
        Require(errors, options.Samples >= 0, $"Samples: expected 0 (none) or more, found {options.Samples}");
        Require(errors, options.AnswerTokens >= 1, $"AnswerTokens: expected at least 1, found {options.AnswerTokens}");
        Require(
            errors,
            metric is null || options.Score is null,
            "Metric: a score takes its place; leave FineTuneOptions.Metric or ScoreOptions.Command out"
        );
        Require(errors, metric is null || Enum.IsDefined(metric.Value), $"Metric: expected RougeL, WordF1 or ExactMatch, found {metric}");
        Require(errors, share is null or (>= 0 and < 1), $"TokenShare: expected at least 0 and below 1, found {share}");
        Require(errors, Enum.IsDefined(options.ClassWeights), $"ClassWeights: expected None or Balanced, found {options.ClassWeights}");
        Require(errors, share is not > 0 || options.Score is null, "TokenShare: a score takes the place of a loss; leave it out");
        Require(
            errors,
            share is not > 0 || options.Loss != LossKind.Tokens,
            "TokenShare: it mixes the token loss into that over label words, and FineTuneOptions.Loss Tokens has the token loss alone; "
                + "leave one of them out"
        );
    }

    private static void AddSizes(List<string> errors, FineTuneOptions options)
    {
        Require(errors, options.MaxTokensPerRun is not < 1, $"MaxTokensPerRun: expected at least 1, found {options.MaxTokensPerRun}");
        Require(errors, options.GradientMegabytes is not < 1, $"GradientMegabytes: expected at least 1, found {options.GradientMegabytes}");
        Require(
            errors,
            options.PrefixCacheMegabytes >= 0,
            $"PrefixCacheMegabytes: expected 0 or more, found {options.PrefixCacheMegabytes}"
        );
    }

    private static void AddUpdate(List<string> errors, FineTuneOptions options)
    {
        var (isHost, estimator) = (options.Update == UpdatePlace.Host, options.Optimizer.EstimatorInForce);
        Require(
            errors,
            isHost || !estimator.UsesGradient(),
            $"Update: the estimator {EnumNames.Of(estimator)} is followed on the host; set FineTuneOptions.Update to Host"
        );
        Require(
            errors,
            isHost || options.Optimizer.Momentum == 0,
            "Update: OptimizerOptions.Momentum needs the update on the host; leave it out, or set FineTuneOptions.Update to Host"
        );
        if (options.Score is not null)
        {
            Require(errors, options.Loss is null, "Loss: a score takes its place; leave FineTuneOptions.Loss or ScoreOptions.Command out");
            Require(errors, isHost, "Update: a step of scores is updated on the host; set FineTuneOptions.Update to Host");
            Require(
                errors,
                !estimator.UsesGradient(),
                $"OptimizerOptions.Estimator {estimator} needs a gradient, and a score has none; leave it out"
            );
        }
    }

    private static void AddMethod(List<string> errors, FineTuneOptions options)
    {
        if (options.Method != TrainingMethod.Probe)
        {
            return;
        }

        Require(
            errors,
            options.Score is null,
            "Method: a probe learns from labels; leave ScoreOptions.Command out, or set Method to Adapter"
        );
        Require(errors, options.Loss != LossKind.Tokens, "Method: a probe learns from label words; leave FineTuneOptions.Loss out");
        Require(errors, options.Metric is null, "Method: a probe writes no text; leave FineTuneOptions.Metric out");
        Require(errors, options.TokenShare is not > 0, "Method: a probe learns from label words; leave FineTuneOptions.TokenShare out");
        Require(
            errors,
            options.ClassWeights == ClassWeights.None,
            "Method: a probe reads every row once; leave FineTuneOptions.ClassWeights out"
        );
        Require(errors, options.Epochs is null, "Method: a probe takes no steps; leave FineTuneOptions.Epochs out");
        Require(errors, options.Adapter.StartFrom is null, "Method: a probe starts from no adapter; leave AdapterOptions.StartFrom out");
        Require(errors, !options.Resume, "Method: a probe has no steps to go on with; train it anew, without FineTuneOptions.Resume");
    }
}
