using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>
/// The third stage of a run: model, rows and decided options put together, programs loaded. Nothing of the rows is computed yet.
/// </summary>
internal sealed class OpenedRun : IDisposable
{
    private readonly Stack<IDisposable> _owned;

    private OpenedRun(
        FineTuneOptions options,
        IProgress<TrainingEvent>? progress,
        ITextScore? score,
        Stack<IDisposable> owned,
        CancellationToken cancellation
    )
    {
        _owned = owned;
        var model = Own(
            LocalModel.Open(
                options.Model,
                options.Engine with
                {
                    CacheProgress = new StageReport(progress, "preparing weights", cancellation, options.Engine.CacheProgress),
                    Warnings = options.Engine.Warnings ?? new WarningReport(progress),
                }
            )
        );
        options = options with { Engine = options.Engine with { Weights = model.Weights } };
        if (model.WhyWeights is { } whyWeights)
        {
            progress?.Report(new RunNote(whyWeights, IsWarning: false));
        }

        if (WeightRoom.Require(model, options.Engine, StepRoom.Available) is { } takes)
        {
            progress?.Report(new RunNote(takes, IsWarning: false));
        }

        var cache = options.Engine.CacheFolderInForce;
        var start = StartingAdapter.Read(model, options.Adapter, cache);
        if (start is not null)
        {
            options = options with { Adapter = StartingAdapter.Describe(options.Adapter, start) };
        }

        Rows = RunRows.Read(options, model);
        options = options with { Data = Rows.Data };
        if (Rows.Seen is { } seen)
        {
            progress?.Report(new RunNote(seen, IsWarning: false));
        }

        (options, var why) = ChosenEstimator.Of(options, model.Engine.Traits, model.Engine.Name, !Rows.HasChoices);
        if (why is not null)
        {
            progress?.Report(new RunNote(why, IsWarning: false));
        }

        var (scope, whyScope) = ChosenScope.Of(options.Adapter, Rows);
        if (whyScope is not null)
        {
            progress?.Report(new RunNote(whyScope, IsWarning: false));
        }

        Options = DecidedOptions.Of(options with { Adapter = options.Adapter with { Scope = scope } }, Rows);

        Fresh = (start ?? FreshAdapter.Create(model, Options.Adapter, options.Seed, Rows.Train)) with
        {
            Base = BaseIdentity.Of(model.Checkpoint, cache),
        };
        (Reach, var unmoved) = GuidedReach.Of(Options.Run, Fresh, model.Checkpoint.Description);
        if (unmoved is not null)
        {
            progress?.Report(new RunNote(unmoved, IsWarning: true));
        }

        RequireRoomFor(Options.Run.Optimizer.Plan.Queries, Fresh.Layout.Total);
        Model = Own(new AdaptedModel(model, Fresh, Rows.HasSingleRows && score is null, options.Engine.PrefixStyle));
        Examples = new StepExamples(Rows, Options, Model.Start, model.Engine.Traits);
        if (Examples.Lengths is { } lengths)
        {
            progress?.Report(new RunNote(lengths, IsWarning: false));
        }

        GradientRoom = new GradientRoom(
            model.Checkpoint.Config,
            Model.Start.LowestLayer,
            Options.Loss.IsWholeVocabulary(),
            Options.Run.GradientMegabytesInForce,
            options.Engine.LowMemory && Model.Start.Prompt == PrefixKind.KeyValues
                ? Model.Prefix.Shape.Planes.Where(plane => !plane.IsHidden).Sum(plane => plane.ValuesPerToken)
                : 0,
            IsCutOverRows
        );
        StepRoom.Require(
            Options.Run,
            Options.Loss,
            Model,
            Fresh.Layout.Total,
            Examples.All,
            GradientBytes,
            AnswerBytes,
            StepRoom.Available
        );
        (Score, Writer) = (score, score is null ? null : Own(new AnswerWriter(Model, Options.Run.Score!.MaxAnswerTokens)));
        Programs = Own(score is null ? StepPrograms.Load(Model, Options, Examples) : StepPrograms.None);
        Caches = Own(new RunCaches(Model, Options.Run, progress));
        TrainCache = Caches.Open(Examples.All, Examples.Used);
    }

    public RunRows Rows { get; }

    /// <summary>The options; a learning rate that is to be tried is still the default.</summary>
    public DecidedOptions Options { get; }

    /// <summary>The adapter with its A drawn at random, or the one that the run starts from.</summary>
    public LoraAdapter Fresh { get; }

    /// <summary>What of the adapter the steps move.</summary>
    public GuidedReach Reach { get; }

    public AdaptedModel Model { get; }

    public StepExamples Examples { get; private set; }

    /// <summary>The programs of a step; none are loaded where a score takes the place of a loss.</summary>
    public StepPrograms Programs { get; private set; }

    /// <summary>What says how good an answer is; null: the loss does.</summary>
    public ITextScore? Score { get; }

    /// <summary>Writes the answers that are scored; null without a score.</summary>
    public AnswerWriter? Writer { get; }

    public RunCaches Caches { get; }

    /// <summary>How the rows of an exact gradient are cut.</summary>
    public GradientRoom GradientRoom { get; }

    /// <summary>Bytes that a run keeps until the way back of an exact gradient; 0 for other estimators.</summary>
    public long GradientBytes =>
        Options.Run.Optimizer.EstimatorInForce == EstimatorKind.Reverse
            ? GradientRoom.MostBytes(Options.Loss, Examples.All, Options.Run.ExamplesInForce, Model.Model.Engine.Traits.Lengths)
            : 0;

    /// <summary>
    /// Whether the rows of a step are cut as those of an exact gradient: a guided copy alone, on an engine that compiles no shapes for it.
    /// </summary>
    public bool IsCutOverRows =>
        Options.Run.Optimizer.Estimator == EstimatorKind.Guided
        && Options.Run.Optimizer.Plan.Count == 1
        && Model.Model.Engine.Traits.Lengths == LengthGrid.Exact;

    /// <summary>
    /// Bytes that rows hold while they are answered, the longest ones: all copies' within the bound, or one copy's where it needs more; 0
    /// for runs without a score.
    /// </summary>
    public long AnswerBytes
    {
        get
        {
            if (Options.Run.Score is not { } score)
            {
                return 0;
            }

            var row = AnswerWriter.BytesOfRow(Model, Rows.Train.Max(example => example.PromptIds.Length), score.MaxAnswerTokens);
            var copy = Options.Run.ExamplesInForce * row;
            return Math.Max(copy, Math.Min(AnswerWriter.MostBytes, Options.Run.Optimizer.Plan.Count * copy));
        }
    }

    /// <summary>The frozen parts of the training examples; null when there are none.</summary>
    public PrefixStore? TrainCache { get; }

    /// <summary>Opens everything; on failure all is closed again.</summary>
    /// <param name="options">The run.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="score">The score of <see cref="FineTuneOptions.Score"/>; null without one.</param>
    /// <param name="cancellation">Stops the conversion of weights.</param>
    /// <exception cref="FineTuneException">Model, rows and options do not fit together.</exception>
    public static OpenedRun Open(
        FineTuneOptions options,
        IProgress<TrainingEvent>? progress,
        ITextScore? score = null,
        CancellationToken cancellation = default
    )
    {
        var owned = new Stack<IDisposable>();
        try
        {
            return new OpenedRun(options, progress, score, owned, cancellation);
        }
        catch
        {
            Close(owned);
            throw;
        }
    }

    /// <summary>
    /// Loads the programs of the steps where the search for a learning rate needed others: a run that goes on without a search then takes
    /// the same ones, and has the same bits.
    /// </summary>
    /// <param name="decided">The options with the learning rate of the run.</param>
    /// <returns>Whether there are other programs now.</returns>
    public bool LoadForSteps(DecidedOptions decided)
    {
        var examples = new StepExamples(Rows, decided, Model.Start, Model.Model.Engine.Traits);
        if (Score is not null || examples.RowTokens == Examples.RowTokens)
        {
            return false;
        }

        Examples = examples;
        Programs.Dispose();
        Programs = Own(StepPrograms.Load(Model, decided, examples));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_owned);

    private static void Close(Stack<IDisposable> owned)
    {
        while (owned.TryPop(out var last))
        {
            last.Dispose();
        }
    }

    private static void RequireRoomFor(int queries, int trained)
    {
        if ((long)queries * trained > Array.MaxLength)
        {
            throw new FineTuneException(
                FormattableString.Invariant(
                    $"{queries} queries of {trained} trained values are too many ({Array.MaxLength} values at most): "
                ) + "lower OptimizerOptions.Queries or AdapterOptions.Rank, or choose fewer AdapterOptions.TargetModules.",
                FineTuneFailure.Settings
            );
        }
    }

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Push(value);
        return value;
    }
}
