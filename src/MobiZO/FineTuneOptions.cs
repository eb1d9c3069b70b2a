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
    internal const int UsualAnswerTokens = 48;

    /// <summary>Hugging Face folder or GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>Training rows: JSONL, JSON, CSV, TSV or Parquet; or a text, or a folder of texts.</summary>
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
    /// without one words are only ranked. Null: with exact gradients (the estimator reverse) 0.1, or 0.3 where words have several tokens,
    /// else 0.
    /// </summary>
    public double? TokenShare { get; init; }

    /// <summary>How much the labels of training rows count beside each other; evaluation rows stay those of their file.</summary>
    public ClassWeights ClassWeights { get; init; }

    /// <summary>What says how good a written answer is; null: a loss over the given answers does.</summary>
    public ScoreOptions? Score { get; init; }

    /// <summary>What is made: an adapter, or a probe, which takes no steps.</summary>
    public TrainingMethod Method { get; init; }

    /// <summary>Passes over the training rows, in place of <see cref="Steps"/>; null: steps are counted.</summary>
    public double? Epochs { get; init; }

    /// <summary>
    /// Whether simpler ways to answer are measured on the evaluation rows at the end (<see cref="FineTuneResult.Anchors"/>): seconds, and
    /// nothing of the run depends on it.
    /// </summary>
    public bool Anchors { get; init; } = true;

    /// <summary>
    /// What written answers of the evaluation rows are compared with theirs by, beside the losses; evaluations are then compared by it.
    /// Null: nothing is written.
    /// </summary>
    public TextMetric? Metric { get; init; }

    /// <summary>
    /// Prompts of free text that the model answers before training, at every evaluation and at the end, for people to read: rows of the
    /// evaluation, or of the training where there are none. 0: none.
    /// </summary>
    public int Samples { get; init; } = 3;

    /// <summary>Most tokens of an answer that is written for <see cref="Samples"/> or <see cref="Metric"/>.</summary>
    public int AnswerTokens { get; init; } = UsualAnswerTokens;

    /// <summary>
    /// Number of steps; null: as <see cref="Epochs"/> says, else 60 for label words and scores, with more than 4 label words at least as
    /// many as take 8 passes over the training rows, and 3 passes for free text (at least 12); at most 1,000.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>
    /// E: examples that each copy sees in a step; null: 16 where a step has one copy, with exact gradients (8 for free text) or guided
    /// without queries, else 4, and at most the training rows.
    /// </summary>
    public int? ExamplesPerStep { get; init; }

    /// <summary>Decides noise, order, samples and the initial A.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Steps between two evaluations; 0: only before and after.</summary>
    public int EvalEvery { get; init; } = 20;

    /// <summary>
    /// Evaluations without improvement after which the run stops; 0: never. Null: 3 where more than 4 label words decided that there are
    /// more than 60 steps, else 0. The best adapter is kept beside the last one.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Which evaluation is the result of the run; the others are told beside it.</summary>
    public ReportedEvaluation Reported { get; init; }

    /// <summary>Where the update is computed.</summary>
    public UpdatePlace Update { get; init; } = UpdatePlace.Host;

    /// <summary>
    /// Most tokens of one engine run; null: 1,024, and 256 with <see cref="EngineOptions.LowMemory"/>. A step with more is cut into
    /// micro-batches over copies, with the same result.
    /// </summary>
    public int? MaxTokensPerRun { get; init; }

    /// <summary>
    /// Most memory for what an exact gradient keeps until the way back, in megabytes; null: 128, and 32 with
    /// <see cref="EngineOptions.LowMemory"/>, with which cached keys and values of prompts count too. A step with more is cut into
    /// micro-batches over rows, with the same result up to rounding. One row is never cut. Guided steps without queries are cut so too, by
    /// what the loss of their rows takes.
    /// </summary>
    public int? GradientMegabytes { get; init; }

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

    /// <summary>Most memory for what an exact gradient keeps, decided.</summary>
    internal int GradientMegabytesInForce => GradientMegabytes ?? Engine.UsualGradientMegabytes;

    /// <summary>Most tokens of one engine run, decided.</summary>
    internal int TokensPerRunInForce => MaxTokensPerRun ?? Engine.UsualTokensPerRun;

    /// <summary>The share of the token loss; that of a run that is decided is named.</summary>
    internal double TokenShareInForce => TokenShare ?? 0;

    /// <summary>The number of steps when nothing else decides it.</summary>
    internal const int UsualSteps = 60;

    /// <summary>Steps; those of a run that is decided are named.</summary>
    internal int StepsInForce => Steps ?? UsualSteps;

    /// <summary>Evaluations without improvement after which the run stops.</summary>
    internal int PatienceInForce => Patience ?? 0;

    /// <summary>Examples of a step.</summary>
    internal int ExamplesInForce =>
        ExamplesPerStep
        ?? (Optimizer is { Estimator: EstimatorKind.Reverse } or { Estimator: EstimatorKind.Guided, QueriesInForce: 0 } ? 16 : 4);

    /// <summary>Every error in these options and the records they hold; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate() => FineTuneOptionsValidation.Of(this);
}
