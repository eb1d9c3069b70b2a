using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.PrefixCache;
using MobiZO.Programs.Ops;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>The last stage of a run: everything that its steps and evaluations need.</summary>
internal sealed class PreparedRun : IDisposable
{
    private readonly OpenedRun _opened;
    private IReadOnlyList<EncodedExample>? _measured;
    private AnswerScores? _answers;

    private PreparedRun(OpenedRun opened, DecidedOptions options, LoraAdapter adapter, IRunObjective objective, Evaluator? evaluator)
    {
        (_opened, Options, Adapter, Objective, Evaluator) = (opened, options, adapter, objective, evaluator);
        Header = RunHeader.Of(options, opened, adapter);
        Answers = new RunAnswers(opened.Model.Model, adapter, options.Run, opened.Caches);
    }

    public RunRows Rows => _opened.Rows;

    public AdaptedModel Model => _opened.Model;

    public RunCaches Caches => _opened.Caches;

    /// <summary>The training rows as examples.</summary>
    public StepExamples Examples => _opened.Examples;

    /// <summary>The frozen parts of the training rows; null when there are none.</summary>
    public PrefixStore? TrainCache => _opened.TrainCache;

    /// <summary>The options with everything decided.</summary>
    public DecidedOptions Options { get; }

    /// <summary>The adapter before the first step.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>What of the adapter the steps move.</summary>
    public GuidedReach Reach => _opened.Reach;

    public IRunObjective Objective { get; }

    /// <summary>Bytes that a run keeps until the way back of an exact gradient; 0 for other estimators.</summary>
    public long GradientBytes => _opened.GradientBytes;

    /// <summary>Bytes that the rows of a step hold while they are answered; 0 for runs without a score.</summary>
    public long AnswerBytes => _opened.AnswerBytes;

    /// <summary>Scores the evaluation rows; null without any.</summary>
    public Evaluator? Evaluator { get; }

    /// <summary>Lets the adapter answer prompts beside the steps.</summary>
    public RunAnswers Answers { get; }

    /// <summary>The first line of the journal.</summary>
    public JournalHeader Header { get; }

    /// <summary>Goes through all stages. What is frozen in the prompts is computed, A is read and the learning rate tried.</summary>
    /// <param name="options">The run.</param>
    /// <param name="recorded">The run that goes on; null for a new one.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <param name="score">The score of <see cref="FineTuneOptions.Score"/>; null without one.</param>
    /// <exception cref="FineTuneException">Model, rows and options do not fit together.</exception>
    public static PreparedRun Prepare(
        FineTuneOptions options,
        RecordedRun? recorded,
        IProgress<TrainingEvent>? progress,
        CancellationToken cancellation,
        ITextScore? score = null
    ) =>
        Finish(
            OpenedRun.Open(AsRecorded(options, recorded), progress, score, cancellation),
            opened =>
            {
                opened.Caches.Fill(opened.TrainCache, "training", isLast: opened.Rows.Eval.Count == 0, cancellation);
                var evaluator = CreateEvaluator(opened);
                if (evaluator is not null)
                {
                    opened.Caches.Fill(evaluator.Cache, "evaluation", isLast: true, cancellation);
                }

                var adapter = InitialAdapter.Of(opened, recorded, progress, cancellation);
                var objective = CreateObjective(opened, adapter, cancellation);
                var decided = ChosenRate.Of(opened.Options, adapter, objective, recorded, progress, cancellation);
                if (opened.LoadForSteps(decided))
                {
                    objective = CreateObjective(opened, adapter, cancellation);
                }

                return new PreparedRun(opened, decided, adapter, objective, evaluator);
            }
        );

    /// <summary>
    /// Goes as far as one step can be measured: only its prompts are computed, A stays random and no learning rate is tried.
    /// </summary>
    /// <inheritdoc cref="Prepare(FineTuneOptions, RecordedRun?, IProgress{TrainingEvent}?, CancellationToken, ITextScore?)"/>
    public static PreparedRun Preview(
        FineTuneOptions options,
        IProgress<TrainingEvent>? progress,
        ITextScore? score = null,
        CancellationToken cancellation = default
    ) =>
        Finish(
            OpenedRun.Open(options, progress, score, cancellation),
            opened =>
            {
                opened.TrainCache?.FillFor(opened.Examples.Order.IndicesOf(0));
                return new PreparedRun(
                    opened,
                    opened.Options,
                    opened.Fresh,
                    CreateObjective(opened, opened.Fresh, cancellation),
                    CreateEvaluator(opened)
                );
            }
        );

    /// <summary>An evaluator of further rows with the programs of this run.</summary>
    public Evaluator CreateEvaluator(IReadOnlyList<EncodedExample> rows) => CreateEvaluator(_opened, rows);

    /// <summary>
    /// The result with what the model writes to the rows of an evaluator, and its mean score or metric; unchanged for runs without either.
    /// </summary>
    /// <param name="result">The rows as they were scored.</param>
    /// <param name="evaluator">The rows, with the frozen parts of their prompts.</param>
    /// <param name="adapter">The matrices.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public EvaluationResult WithAnswers(
        EvaluationResult result,
        Evaluator evaluator,
        AdapterTensors adapter,
        CancellationToken cancellation
    ) =>
        (CreateAnswers(_opened, evaluator.Rows, evaluator.Cache) ?? AnswersByMetric(evaluator.Rows, cancellation)) is { } answers
            ? WrittenRows.Add(result, answers, AnswerCopies.Of(adapter.A, adapter.B.Floats), cancellation)
            : result;

    /// <summary>The adapter with a trained state, as the copy that answers.</summary>
    /// <param name="b">The state.</param>
    public AnswerCopies CopyOf(float[] b)
    {
        var tensors = AdapterTensors.Of(Adapter, b);
        return AnswerCopies.Of(tensors.A, tensors.B.Floats);
    }

    /// <summary>
    /// The row of a step whose scores are not numbers even without the adapter, and what to say of it; null when the step itself is at
    /// fault.
    /// </summary>
    public FineTuneException? FindDamage(long step)
    {
        EncodedExample[] rows = [.. _opened.Examples.Order.IndicesOf(step).Distinct().Select(index => Rows.Train[index])];

        // Done once for a few rows: nothing is worth keeping.
        var cache = new PrefixCacheOptions(Options.Run.PrefixCacheType, MemoryBytes: 0, Folder: null, Options.Run.TokensPerRunInForce);
        var evaluator = new Evaluator(
            Model,
            rows,
            Rows.Names,
            examples => Model.OpenStore(examples, cache),
            Options.Run.TokensPerRunInForce
        );
        FineTuneException? found = null;
        using (evaluator.Cache)
        {
            try
            {
                evaluator.Evaluate(
                    AdapterTensors.Of(Adapter, new float[Adapter.Layout.Total]),
                    null,
                    CancellationToken.None,
                    row => found = Evaluator.Damaged(row)
                );
            }
            catch (FineTuneException error) when (ReferenceEquals(error, found))
            {
                // The caller decides whether the run can go on.
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Answers.Dispose();
        _opened.Dispose();
    }

    private AnswerScores? AnswersByMetric(IReadOnlyList<EncodedExample> rows, CancellationToken cancellation)
    {
        if (Options.Run.Metric is not { } metric)
        {
            return null;
        }

        if (!ReferenceEquals(_measured, rows))
        {
            (_measured, _answers) = (rows, new AnswerScores(Answers.Of(rows, cancellation), new MetricScore(metric)));
        }

        return _answers;
    }

    /// <summary>
    /// A run that goes on keeps its estimator, its steps and what its rows decided, whatever would be chosen now, and the adapter that it
    /// started from, wherever that is now.
    /// </summary>
    private static FineTuneOptions AsRecorded(FineTuneOptions options, RecordedRun? recorded)
    {
        if (recorded is null)
        {
            return options;
        }

        var config = recorded.Folder.ReadConfig();
        options = options with
        {
            Steps = options.Steps ?? (options.Epochs is null ? config.Steps : null),
            Patience = options.Patience ?? config.Patience ?? 0,
            TokenShare = options.TokenShare ?? config.TokenShare,
            ExamplesPerStep = options.ExamplesPerStep ?? config.ExamplesPerStep,
            MaxTokensPerRun = options.MaxTokensPerRun ?? config.MaxTokensPerRun,
            GradientMegabytes = options.GradientMegabytes ?? config.GradientMegabytes,
            Engine = options.Engine.Weights == WeightFormat.Auto ? options.Engine with { Weights = config.Engine.Weights } : options.Engine,
            Data = options.Data with
            {
                ChatTemplate = options.Data.ChatTemplate ?? config.Data.ChatTemplate,
                ChatDate = options.Data.ChatDate ?? config.Data.ChatDate,
                AnswerSuffix = options.Data.AnswerSuffix ?? config.Data.AnswerSuffix,
                Scoring = options.Data.Scoring ?? config.Data.Scoring,
            },
        };

        // The run has a copy of what it started from; the adapter it was read from may have changed since.
        if (options.Adapter.StartFrom is { } start && Path.GetFullPath(start) == config.Adapter.StartFrom)
        {
            options = options with { Adapter = options.Adapter with { StartFrom = recorded.Folder.InitialAdapterFolder } };
        }

        return options.Optimizer.Estimator != EstimatorKind.Auto
            ? options
            : options with
            {
                Optimizer = options.Optimizer with { Estimator = recorded.Journal.Header.Optimizer.Estimator },
            };
    }

    private static PreparedRun Finish(OpenedRun opened, Func<OpenedRun, PreparedRun> prepare)
    {
        try
        {
            return prepare(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static Evaluator? CreateEvaluator(OpenedRun opened) =>
        opened.Rows.Eval.Count == 0 ? null : CreateEvaluator(opened, opened.Rows.Eval);

    private static Evaluator CreateEvaluator(OpenedRun opened, IReadOnlyList<EncodedExample> rows) =>
        new(opened.Model, rows, opened.Rows.Names, examples => opened.Caches.Open(examples), opened.Options.Run.TokensPerRunInForce);

    private static AnswerScores? CreateAnswers(OpenedRun opened, IReadOnlyList<EncodedExample> rows, PrefixStore? prompts) =>
        opened is { Score: { } score, Writer: { } writer }
            ? new AnswerScores(new RowAnswers(writer, opened.Model, rows, prompts, opened.Options.Run.TokensPerRunInForce), score)
            : null;

    private static IRunObjective CreateObjective(OpenedRun opened, LoraAdapter adapter, CancellationToken cancellation)
    {
        float[] a = [.. adapter.Modules.SelectMany(module => module.A)];
        if (CreateAnswers(opened, opened.Rows.Train, opened.TrainCache) is { } answers)
        {
            return new ScoreObjective(answers, a, opened.Examples.Order, cancellation);
        }

        var (loss, examples, lengths) = (opened.Options.Loss, opened.Examples, opened.Model.Model.Engine.Traits.Lengths);
        return opened.Programs.Gradient is { } gradient
            ? new GradientObjective(gradient, loss, a, examples.All, examples.Order, opened.TrainCache, opened.GradientRoom, lengths)
            : new ModelObjective(
                opened.Programs,
                loss,
                a,
                examples.All,
                examples.Order,
                opened.TrainCache,
                opened.Options.Run.TokensPerRunInForce,
                lengths,
                opened.IsCutOverRows ? opened.GradientRoom : null
            );
    }
}
