using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Data;
using MobiZO.Journal;
using MobiZO.Programs.Assembling;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>What tells one run from another.</summary>
internal static class RunHeader
{
    /// <summary>The first line of the journal.</summary>
    /// <param name="options">What was decided.</param>
    /// <param name="opened">Model and rows.</param>
    /// <param name="adapter">The adapter before the first step.</param>
    public static JournalHeader Of(DecidedOptions options, OpenedRun opened, LoraAdapter adapter)
    {
        var run = options.Run;
        var properties = Properties(options, opened, adapter);
        if (run.Metric is { } metric)
        {
            // It decides which evaluation is the best. Runs without one have no such line, as those from before.
            properties["metric"] = FormattableString.Invariant($"{metric} of {run.AnswerTokens} tokens");
        }

        if (run.ClassWeights != ClassWeights.None)
        {
            // It decides the rows of a step. Runs without have no such line, as those from before.
            properties["class_weights"] = run.ClassWeights.ToString();
        }

        if (run.Adapter.StartFrom is not null)
        {
            properties[JournalHeader.StartKey] = adapter.DigestOfB();
        }

        return new JournalHeader
        {
            Seed = run.Seed,
            TotalSteps = run.StepsInForce,
            Optimizer = run.Optimizer,
            Layout = adapter.Layout,
            Properties = properties,
        };
    }

    /// <summary>The loss, with what else decides it where that is not the default.</summary>
    private static string LossOf(DecidedOptions options) =>
        options.Loss switch
        {
            StepLossKind.ChoiceBranchesAndTokens => FormattableString.Invariant($"{options.Loss}, share {options.Run.TokenShare}"),
            StepLossKind.RowChoices
            or StepLossKind.ChoiceSequences when options.Run.Data.Scoring is ChoiceScoring.Sum or ChoiceScoring.Characters =>
                $"{options.Loss}, {options.Run.Data.Scoring}",
            _ => options.Loss.ToString(),
        };

    private static Dictionary<string, string> Properties(DecidedOptions options, OpenedRun opened, LoraAdapter adapter)
    {
        var (run, start) = (options.Run, opened.Model.Start);
        var checkpoint = opened.Model.Model.Checkpoint;
        return new Dictionary<string, string>
        {
            ["model"] = checkpoint.Fingerprint,
            ["model_content"] = checkpoint.ContentHash(run.Engine.CacheFolderInForce),
            ["engine"] = run.Engine.Name,
            ["device"] = run.Engine.Device,
            ["weights"] = WeightFormats.NameOf(run.Engine.Weights),
            ["update"] = run.Update.ToString(),
            // What a start is called says nothing; its numbers have checksums of their own.
            ["adapter"] = JsonSerializer.Serialize(run.Adapter with { StartFrom = null, IgnoreBaseMismatch = false }, RunFolder.Json),
            [JournalHeader.InitialKey] = adapter.DigestOfA(),
            ["loss"] = run.Score is { } score ? $"Score: {score.Command ?? "a function"}, {score.MaxAnswerTokens} tokens" : LossOf(options),
            ["examples_per_step"] = FormattableString.Invariant($"{run.ExamplesInForce}"),
            ["train_rows"] = opened.Rows.TrainDigest,
            ["eval_rows"] = opened.Rows.EvalDigest,
            ["prefix"] = start switch
            {
                { Prompt: PrefixKind.Tokens } => "computed",
                { Prompt: PrefixKind.KeyValues, Layer: > 0 } => FormattableString.Invariant(
                    $"{run.PrefixCacheType} from layer {start.Layer}"
                ),
                _ => run.PrefixCacheType.ToString(),
            },
        };
    }
}
