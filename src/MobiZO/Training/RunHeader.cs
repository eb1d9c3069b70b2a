using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Journal;
using MobiZO.Programs.Assembling;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>What tells one run from another.</summary>
internal static class RunHeader
{
    private const string ContentKey = "model_content";

    /// <summary>The first line of the journal.</summary>
    /// <param name="options">What was decided.</param>
    /// <param name="opened">Model and rows.</param>
    /// <param name="adapter">The adapter before the first step.</param>
    /// <param name="recorded">The first line of the run that goes on; null for a new one.</param>
    public static JournalHeader Of(DecidedOptions options, OpenedRun opened, LoraAdapter adapter, JournalHeader? recorded)
    {
        var (run, start) = (options.Run, opened.Model.Start);
        var header = new JournalHeader
        {
            Seed = run.Seed,
            TotalSteps = run.Steps,
            Optimizer = run.Optimizer,
            Layout = adapter.Layout,
            Properties = new Dictionary<string, string>
            {
                ["model"] = opened.Model.Model.Checkpoint.Fingerprint,
                ["engine"] = run.Engine.Name,
                ["device"] = run.Engine.Device,
                ["weights"] = WeightFormats.NameOf(run.Engine.Weights),
                ["update"] = run.Update.ToString(),
                ["adapter"] = JsonSerializer.Serialize(run.Adapter, RunFolder.Json),
                [JournalHeader.InitialKey] = adapter.DigestOfA(),
                ["loss"] = options.Loss.ToString(),
                ["examples_per_step"] = FormattableString.Invariant($"{run.ExamplesPerStep}"),
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
            },
        };

        // A run of an earlier version does not say it, and cannot be compared.
        if (recorded?.Properties.ContainsKey(ContentKey) == false)
        {
            return header;
        }

        var content = opened.Model.Model.Checkpoint.ContentHash(run.Engine.CacheFolderInForce);
        return header with { Properties = new Dictionary<string, string>(header.Properties) { [ContentKey] = content } };
    }
}
