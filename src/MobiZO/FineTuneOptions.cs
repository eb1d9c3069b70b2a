using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Ops;
using MobiZO.Scoring;

namespace MobiZO;

/// <summary>Everything that decides a run. Defaults are here and in the records it holds.</summary>
public sealed record FineTuneOptions
{
    /// <summary>Hugging Face folder or GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>Training rows: JSONL, CSV, TSV or Parquet.</summary>
    public required string TrainData { get; init; }

    /// <summary>Evaluation rows; null: a share of the training rows when <see cref="DataOptions.EvalFraction"/> is above 0.</summary>
    public string? EvalData { get; init; }

    /// <summary>Most evaluation rows; null: all.</summary>
    public int? EvalMaxRows { get; init; }

    /// <summary>Rows that are touched once, at the end; null: none.</summary>
    public string? TestData { get; init; }

    /// <summary>The run folder.</summary>
    public required string Output { get; init; }

    /// <summary>How rows become examples.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>The adapter.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>The estimator and its update.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>The engine.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>The loss; null: choices for classification rows, tokens for all others.</summary>
    public LossKind? Loss { get; init; }

    /// <summary>
    /// Share of the token loss beside that of label words, 0 to below 1: (1 - share) * choices + share * tokens, where tokens is the mean
    /// cross-entropy of the right word's tokens over the vocabulary. With a share the model also says the word when it writes freely;
    /// without one words are only ranked. Null: decided by the run.
    /// </summary>
    public double? TokenShare { get; init; }

    /// <summary>What says how good a written answer is; null: a loss over the given answers does.</summary>
    public ScoreOptions? Score { get; init; }

    /// <summary>Number of steps.</summary>
    public int Steps { get; init; } = 60;

    /// <summary>
    /// E: examples that each copy sees in a step; null: 16 with exact gradients, whose step has one copy, else 4, and at most the training
    /// rows.
    /// </summary>
    public int? ExamplesPerStep { get; init; }

    /// <summary>Decides noise, order, samples and the initial A.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Steps between two evaluations; 0: only before and after.</summary>
    public int EvalEvery { get; init; } = 20;

    /// <summary>Evaluations without improvement after which the run stops; 0: never.</summary>
    public int Patience { get; init; }

    /// <summary>Which evaluation is the result of the run; the others are told beside it.</summary>
    public ReportedEvaluation Reported { get; init; }

    /// <summary>Where the update is computed.</summary>
    public UpdatePlace Update { get; init; } = UpdatePlace.Host;

    /// <summary>Most tokens of one engine run; a step with more is cut into micro-batches over copies, with the same result.</summary>
    public int MaxTokensPerRun { get; init; } = 1024;

    /// <summary>
    /// Most memory for what an exact gradient keeps until the way back, in megabytes; a step with more is cut into micro-batches over rows,
    /// with the same result up to rounding. One row is never cut.
    /// </summary>
    public int GradientMegabytes { get; init; } = 128;

    /// <summary>
    /// Most memory for the frozen part of prompts when there is no cache file, in megabytes; what does not fit is computed again when it is
    /// used, to the same bits.
    /// </summary>
    public int PrefixCacheMegabytes { get; init; } = 2048;

    /// <summary>
    /// How the frozen part of prompts is stored; every run computes with the stored numbers, so the type decides its bits.
    /// </summary>
    public PrefixCacheType PrefixCacheType { get; init; } = PrefixCacheType.Fp16;

    /// <summary>
    /// Whether the frozen part of prompts goes to files in the engine's cache folder, where later runs on the same rows find it.
    /// </summary>
    public bool PrefixCacheFile { get; init; } = true;

    /// <summary>Whether a stopped run in <see cref="Output"/> is continued.</summary>
    public bool Resume { get; init; }

    /// <summary>The share of the token loss when none is given.</summary>
    internal double TokenShareInForce => TokenShare ?? 0;

    /// <summary>Examples of a step.</summary>
    internal int ExamplesInForce => ExamplesPerStep ?? (Optimizer.Estimator == EstimatorKind.Reverse ? 16 : 4);

    /// <summary>Every error in these options and the records they hold; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Require(bool condition, string message)
        {
            if (!condition)
            {
                errors.Add(message);
            }
        }

        Require(!string.IsNullOrWhiteSpace(Model), "Model: expected a Hugging Face folder or a .gguf file, found nothing");
        Require(!string.IsNullOrWhiteSpace(TrainData), "TrainData: expected a JSONL, CSV, TSV or Parquet file, found nothing");
        Require(!string.IsNullOrWhiteSpace(Output), "Output: expected a folder for the run, found nothing");
        Require(Steps >= 1, $"Steps: expected at least 1, found {Steps}");
        Require(ExamplesPerStep is null or >= 1, $"ExamplesPerStep: expected at least 1, found {ExamplesPerStep}");
        Require(TokenShare is null or (>= 0 and < 1), $"TokenShare: expected at least 0 and below 1, found {TokenShare}");
        Require(TokenShare is not > 0 || Score is null, "TokenShare: a score takes the place of a loss; leave it out");
        Require(
            TokenShare is not > 0 || Loss != LossKind.Tokens,
            "TokenShare: it is a share beside the loss Choices; leave it out, or leave out FineTuneOptions.Loss Tokens"
        );
        Require(EvalEvery >= 0, $"EvalEvery: expected 0 (only before and after) or more, found {EvalEvery}");
        Require(Patience >= 0, $"Patience: expected 0 (never stop early) or more, found {Patience}");
        Require(EvalMaxRows is null or >= 1, $"EvalMaxRows: expected at least 1, found {EvalMaxRows}");
        Require(MaxTokensPerRun >= 1, $"MaxTokensPerRun: expected at least 1, found {MaxTokensPerRun}");
        Require(GradientMegabytes >= 1, $"GradientMegabytes: expected at least 1, found {GradientMegabytes}");
        Require(PrefixCacheMegabytes >= 0, $"PrefixCacheMegabytes: expected 0 or more, found {PrefixCacheMegabytes}");
        Require(EvalData is null || Data.EvalFraction == 0, "EvalData and DataOptions.EvalFraction are both given; keep one of them");
        Require(
            Update == UpdatePlace.Host || !Optimizer.EstimatorInForce.UsesGradient(),
            $"Update: the estimator {Optimizer.EstimatorInForce} is followed on the host; set FineTuneOptions.Update to Host"
        );
        Require(
            Update == UpdatePlace.Host || Optimizer.Momentum == 0,
            "Update: OptimizerOptions.Momentum needs the update on the host; leave it out, or set FineTuneOptions.Update to Host"
        );
        if (Score is not null)
        {
            Require(Loss is null, "Loss: a score takes its place; leave FineTuneOptions.Loss or ScoreOptions.Command out");
            Require(Update == UpdatePlace.Host, "Update: a step of scores is updated on the host; set FineTuneOptions.Update to Host");
            Require(
                !Optimizer.EstimatorInForce.UsesGradient(),
                $"OptimizerOptions.Estimator {Optimizer.EstimatorInForce} needs a gradient, and a score has none; leave it out"
            );
            errors.AddRange(Score.Validate());
        }

        errors.AddRange(Data.Validate());
        errors.AddRange(Adapter.Validate());
        errors.AddRange(Optimizer.Validate());
        errors.AddRange(Engine.Validate());
        return errors;
    }
}
