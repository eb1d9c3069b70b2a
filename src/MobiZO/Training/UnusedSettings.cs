using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>Settings that were given and change nothing in a run.</summary>
internal static class UnusedSettings
{
    private static readonly FineTuneOptions s_usual = new()
    {
        Model = "",
        TrainData = "",
        Output = "",
    };

    /// <summary>What to say of them; empty when every setting is of use.</summary>
    /// <param name="options">The run.</param>
    /// <param name="train">Its training rows.</param>
    /// <param name="evalRows">Number of its evaluation rows.</param>
    public static IEnumerable<string> Of(FineTuneOptions options, IReadOnlyList<EncodedExample> train, int evalRows) =>
        [.. OfAnswers(options, train), .. OfEvaluations(options, evalRows), .. OfDirections(options.Optimizer), .. OfGradients(options)];

    private static IEnumerable<string> OfAnswers(FineTuneOptions options, IReadOnlyList<EncodedExample> train)
    {
        const string OfFreeText = "is of rows with free answers, and these have choices: it changes nothing.";
        var hasChoices = train.All(row => row.ChoiceIds.Length > 1) && options.Score is null;
        if (hasChoices && options.Samples != s_usual.Samples && options.Samples > 0)
        {
            yield return $"FineTuneOptions.Samples {OfFreeText}";
        }

        if (hasChoices && options.Metric is null && options.AnswerTokens != s_usual.AnswerTokens)
        {
            yield return $"FineTuneOptions.AnswerTokens {OfFreeText}";
        }

        if (hasChoices && options.Metric is not null)
        {
            yield return "FineTuneOptions.Metric compares written answers, and these rows have choices: evaluations are compared by what "
                + "the model writes, not by their accuracy. Leave it out unless that is meant.";
        }
    }

    private static IEnumerable<string> OfEvaluations(FineTuneOptions options, int evalRows)
    {
        if (options.Patience > 0 && evalRows == 0)
        {
            yield return "FineTuneOptions.Patience needs evaluation rows, and there are none: the run takes all its steps.";
        }
        else if (options is { Patience: > 0, EvalEvery: 0 })
        {
            yield return "FineTuneOptions.Patience counts evaluations between the steps, and FineTuneOptions.EvalEvery = 0 leaves only "
                + "those before and after: the run takes all its steps.";
        }

        if (options is { Metric: not null, TestData: null } && evalRows == 0)
        {
            yield return "FineTuneOptions.Metric compares answers to evaluation rows, and there are none: nothing is compared.";
        }
    }

    private static IEnumerable<string> OfDirections(OptimizerOptions optimizer)
    {
        var isExact = optimizer.Estimator == EstimatorKind.Reverse;
        if (isExact && optimizer.Queries is not null)
        {
            yield return $"OptimizerOptions.Queries {OfRandom("reverse")}";
        }

        if (!isExact && optimizer is not { Estimator: EstimatorKind.Guided, QueriesInForce: 0 })
        {
            yield break;
        }

        var estimator = isExact ? "reverse" : "guided without queries";
        if (optimizer.Noise is not null)
        {
            yield return $"OptimizerOptions.Noise {OfRandom(estimator)}";
        }

        if (optimizer.Epsilon != s_usual.Optimizer.Epsilon)
        {
            yield return $"OptimizerOptions.Epsilon {OfRandom(estimator)}";
        }
    }

    private static IEnumerable<string> OfGradients(FineTuneOptions options)
    {
        const string OfExact = "is of exact gradients, and the estimator";
        var estimator = options.Optimizer.Estimator;
        if (estimator.IsRandom() && options.Optimizer.MaxGradientNorm != s_usual.Optimizer.MaxGradientNorm)
        {
            yield return $"OptimizerOptions.MaxGradientNorm {OfExact} {EnumNames.Of(estimator)} has none: it changes nothing.";
        }

        // The files of a run hold the bound that was usual for it, whatever its estimator.
        int[] usual = [new EngineOptions().UsualGradientMegabytes, new EngineOptions { LowMemory = true }.UsualGradientMegabytes];
        var isCut = !estimator.IsRandom() && options.Optimizer is not { Estimator: EstimatorKind.Guided, QueriesInForce: > 0 };
        if (!isCut && !usual.Contains(options.GradientMegabytesInForce))
        {
            yield return $"FineTuneOptions.GradientMegabytes {OfExact} {EnumNames.Of(estimator)} has none: it changes nothing.";
        }
    }

    private static string OfRandom(string estimator) =>
        $"is of random directions, and the estimator {estimator} has none: it changes nothing.";
}
