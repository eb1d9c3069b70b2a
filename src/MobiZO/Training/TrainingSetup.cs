using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Initialization;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.PrefixCache;

namespace MobiZO.Training;

/// <summary>Everything a run needs, opened and checked: model, rows, adapter, programs, cached prompts.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly PrefixPrograms _prefix;
    private readonly PrefixBatch _batch = new();
    private long _cacheLeft;
    private PrefixStore[] _stores = [];

    private TrainingSetup(FineTuneOptions options, LocalModel model, RunData data, IProgress<TrainingEvent>? progress)
    {
        _owned.Add(model);
        var labels = data.Train.All(row => row.Label is not null) ? data.Choices.Count : 0;
        options = options.Decided(labels);
        if (options.Adapter.Initialization == AdapterInitialization.Discriminant && labels < 2)
        {
            throw new FineTuneException(
                "Initialization 'discriminant' tells label words apart and needs one for every row: give --choices or --label-words, or use --adapter-init kaiming.",
                FineTuneFailure.Settings);
        }

        (Options, Model, Data, _progress) = (options, model, data, progress);
        Adapter = AdapterFactory.CreateFresh(model, options, data);
        AdapterLayout = AdapterFactory.LayoutOf(model, Adapter);
        Layout = ExampleLayout.Choose(data.Train, options.Loss, options.Adapter.Scope, AdapterLayout);
        if ((long)options.Optimizer.Queries * AdapterLayout.BCount > Array.MaxLength)
        {
            throw new FineTuneException(
                $"{options.Optimizer.Queries} queries of {AdapterLayout.BCount} trained values are too many ({Array.MaxLength} values at most): choose fewer queries, fewer targets or a smaller rank.",
                FineTuneFailure.Settings);
        }

        _prefix = Own(new PrefixPrograms(
            model.Assembler,
            PrefixShape.Of(model.Checkpoint.Config, Layout.Prompt, Layout.FirstLayer),
            (program, style) => model.Engine.Load(program, model.Checkpoint, style),
            options.Engine.PrefixStyle));
        _cacheLeft = (long)options.PrefixCacheMegabytes << 20;
        A = [.. Adapter.Modules.SelectMany(module => module.A)];
    }

    /// <summary>The settings; what was left open is decided.</summary>
    public FineTuneOptions Options { get; private set; }

    public LocalModel Model { get; }

    public RunData Data { get; }

    public ExampleLayout Layout { get; }

    /// <summary>The fresh adapter.</summary>
    public LoraAdapter Adapter { get; private set; }

    public AdapterLayout AdapterLayout { get; }

    /// <summary>All A matrices, flat.</summary>
    public float[] A { get; private set; }

    public ModelObjective Objective { get; private set; } = null!;

    /// <summary>Scores the evaluation rows; null without any.</summary>
    public Evaluator? Evaluator { get; private set; }

    public IProgramSession Score { get; private set; } = null!;

    public LossKind Loss => Layout.Form == StepLossKind.Tokens ? LossKind.Tokens : LossKind.Choices;

    public JournalHeader Header { get; private set; } = null!;

    /// <param name="options">The run.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <param name="fillsPrompts">Whether all prompts are computed, or only those that the measured step needs.</param>
    public static TrainingSetup Create(FineTuneOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation, bool fillsPrompts = true)
    {
        var engine = options.Engine with { CacheProgress = new StageReport(progress, "preparing weights") };
        var model = LocalModel.Open(options.Model, engine);
        TrainingSetup setup;
        try
        {
            setup = new TrainingSetup(options, model, RunData.Read(options, model), progress);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        try
        {
            setup.Load(fillsPrompts, cancellation);
            return setup;
        }
        catch
        {
            setup.Dispose();
            throw;
        }
    }

    /// <summary>Measures a step that changes nothing and adds up the memory.</summary>
    public RunPlan Plan(long firstStep)
    {
        var options = Options;
        var plan = CopyPlan.Create(options.Optimizer.Estimator, options.Optimizer.Queries);
        var milliseconds = MeasureStep(plan);
        var parameters = ModelFacts.ParametersOf(Model.Checkpoint);
        var prompts = _stores.Select(store => store.Plan).Aggregate((PrefixCachePlan?)null, (sum, store) => sum?.Plus(store) ?? store);
        var state = MemoryEstimate.StateBytes(AdapterLayout.BCount, options.Optimizer);
        return new RunPlan
        {
            Model = ModelFacts.Of(Model),
            Engine = Model.Engine.Name,
            BaseParameters = parameters,
            ModuleCount = AdapterLayout.Modules.Count,
            TrainableParameters = AdapterLayout.BCount,
            Train = Data.TrainSummary,
            Eval = Data.EvalSummary,
            Loss = Loss,
            Copies = plan.Count,
            RowsPerStep = plan.Count * options.ExamplesPerStep,
            RunsPerStep = Objective.LastRunCount,
            Prompts = prompts,
            EstimatedMemoryBytes = MemoryEstimate.Of(Model.Checkpoint, options, state, Layout.Prompt) + PromptMemory(prompts),
            StepMilliseconds = milliseconds,
            EstimatedSeconds = milliseconds / 1000 * Math.Max(0, options.Steps - firstStep),
            FirstStep = firstStep,
        };
    }

    /// <summary>An evaluator of further rows with the programs of this run.</summary>
    public Evaluator CreateEvaluator(IReadOnlyList<EncodedExample> rows) => new(
        Score,
        rows,
        Layout,
        Data.Choices,
        examples => CreateStore(examples),
        Options.MaxTokensPerRun);

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private void Load(bool fillsPrompts, CancellationToken cancellation)
    {
        var options = Options;
        PromptExample[] examples = [.. Data.Train.Select(Layout.ForTraining)];

        // The program of single tokens joins the new keys of all copies in one product: an overflow in one copy would spoil the others, and the search for a
        // learning rate tries distances that overflow.
        var programs = LoadPrograms(options.Optimizer.ProbeLearningRate ? null : Layout.RowTokens(examples));
        var order = new ExampleOrder(examples.Length, options.ExamplesPerStep, options.Seed);
        var readFirst = ReadForAdapter(examples.Length);
        var prompts = CreateStore(examples, UsedExamples(order, readFirst));
        if (fillsPrompts)
        {
            Fill(prompts, "training", cancellation, isLast: Data.Eval.Count == 0);
        }
        else
        {
            prompts?.FillFor(order.IndicesOf(0));
        }

        if (Data.Eval.Count > 0)
        {
            Evaluator = CreateEvaluator(Data.Eval);
            if (fillsPrompts)
            {
                Fill(Evaluator.Prompts, "evaluation", cancellation);
            }
        }

        if (fillsPrompts && readFirst.Length > 0)
        {
            Adapter = options.Resume ? ReadInitialAdapter() : Initialize(examples, readFirst, prompts!, cancellation);
            A = [.. Adapter.Modules.SelectMany(module => module.A)];
        }

        Objective = new ModelObjective(programs, Layout.Form, A, examples, order, prompts, options.MaxTokensPerRun);
        if (options.Optimizer.ProbeLearningRate && fillsPrompts)
        {
            Options = options with { Optimizer = options.Optimizer with { LearningRate = options.Resume ? RecordedLearningRate() : FindLearningRate(cancellation), ProbeLearningRate = false } };
        }

        _stores = [.. new[] { prompts, Evaluator?.Prompts }.OfType<PrefixStore>()];
        Header = CreateHeader();
    }

    /// <summary>Loads the programs of a step and <see cref="Score"/>. Loading keeps one core busy, so two are loaded at once.</summary>
    private StepPrograms LoadPrograms(int? rowTokens)
    {
        var (architecture, engine, checkpoint) = (Model.Assembler, Model.Engine, Model.Checkpoint);
        var score = Task.Run(() => engine.Load(architecture.Score(AdapterLayout, Layout.Prompt, Layout.FirstLayer), checkpoint));
        try
        {
            var plain = new StepOptions
            {
                Adapter = AdapterLayout,
                Loss = Layout.Form,
                Prompt = Layout.Prompt,
                FirstLayer = Layout.FirstLayer,
                SharedLayers = ExampleLayout.SharedLayers(Layout.Prompt, Layout.FirstLayer, AdapterLayout),
                RowTokens = rowTokens,
            };
            if (Options.Update != UpdatePlace.Engine)
            {
                return StepPrograms.ForHost(LoadProgram(architecture.Step(plain)));
            }

            var update = new EngineUpdate(Options.Optimizer.Estimator, Options.Optimizer.Queries);
            return new StepPrograms(
                new Lazy<IProgramSession>(() => LoadProgram(architecture.Step(plain))),
                LoadProgram(architecture.Step(plain with { Update = update })),
                new Lazy<IProgramSession>(() => LoadProgram(ProgramAssembler.Update(AdapterLayout, update.Queries))));
        }
        finally
        {
            Score = Own(score.GetAwaiter().GetResult());
        }
    }

    /// <summary>The examples that decide A: the first that the run sees.</summary>
    private int[] ReadForAdapter(int count) => Options.Adapter.Initialization == AdapterInitialization.Discriminant
        ? new ExampleOrder(count, Math.Min(count, DiscriminantInitialization.MostExamples), Options.Seed).IndicesOf(0)
        : [];

    /// <summary>The examples that the run will see: of a large file only a part, and only their prompts are worth computing.</summary>
    private HashSet<int> UsedExamples(ExampleOrder order, int[] readFirst) => (long)Options.Steps * order.ExamplesPerStep >= order.Count
        ? [.. Enumerable.Range(0, order.Count)]
        : [.. readFirst, .. Enumerable.Range(0, Options.Steps).SelectMany(step => order.IndicesOf(step))];

    private LoraAdapter Initialize(PromptExample[] examples, int[] chosen, PrefixStore prompts, CancellationToken cancellation)
    {
        void Tell(int done) => _progress?.Report(new StageProgress("reading prompts for the initial adapter", done, chosen.Length));
        Tell(0);
        using var program = Model.Engine.Load(Model.Assembler.ModuleInputs(AdapterLayout, Layout.Prompt, Layout.FirstLayer), Model.Checkpoint);
        var inputs = PromptStatistics.Read(program, examples, chosen, prompts, Options.MaxTokensPerRun, Tell, cancellation);
        return DiscriminantInitialization.Apply(Adapter, Model.Assembler, inputs, [.. chosen.Select(index => Data.Train[index].Label!.Value)]);
    }

    private float FindLearningRate(CancellationToken cancellation)
    {
        void Tell(int done, int total) => _progress?.Report(new StageProgress("trying learning rates", done, total));
        var found = LearningRateProbe.Find(Options.Optimizer, Adapter.Layout, Options.Seed, Objective, Tell, cancellation);
        var rate = found ?? Options.Optimizer.EffectiveLearningRate;
        _progress?.Report(found is null
            ? new RunNote(FormattableString.Invariant($"No learning rate that was tried lowers the loss, or a loss was not finite; the run takes the default, {rate}."), true)
            : new RunNote(FormattableString.Invariant($"Learning rate {rate:g3}, found by trying."), false));
        return rate;
    }

    private float RecordedLearningRate() => RunJournal.Read(new RunFolder(Options.Output).JournalFile).Header.Optimizer.EffectiveLearningRate;

    /// <summary>The A of the run that goes on: what is computed again might differ in the last bit on another machine.</summary>
    private LoraAdapter ReadInitialAdapter()
    {
        var stored = PeftAdapter.Load(new RunFolder(Options.Output).InitialAdapterFolder);
        string[] names = [.. Adapter.Modules.Select(module => module.Name)];

        // Another adapter is another run; comparing the journal's header refuses it and names the differences.
        return stored.Rank == Adapter.Rank && stored.Modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal).SetEquals(names) ? stored.OrderedAs(names) : Adapter;
    }

    private PrefixStore? CreateStore(IReadOnlyList<PromptExample> examples, IReadOnlyCollection<int>? used = null)
    {
        if (Layout.Prompt == PrefixKind.Tokens)
        {
            return null;
        }

        var folder = Options.PrefixCacheFile ? PrefixFolder.PathOf(Model, Options.Engine, _prefix.Shape, Options.PrefixCacheType) : null;
        var store = Own(new PrefixStore(_prefix, examples, new PrefixCacheOptions(Options.PrefixCacheType, _cacheLeft, folder, Options.MaxTokensPerRun), _batch, used));
        store.Find();
        return store;
    }

    /// <summary>Computes the prompts of a store ahead.</summary>
    /// <param name="store">The store; may be null.</param>
    /// <param name="rows">Whose prompts they are.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <param name="isLast">Whether no other store is filled next: then the program that computes prompts is let go.</param>
    public void Fill(PrefixStore? store, string rows, CancellationToken cancellation, bool isLast = true)
    {
        store?.Fill(
            plan => _progress?.Report(new PrefixesPlanned(rows, plan)),
            (done, total) => _progress?.Report(new StageProgress($"caching {rows} prompts", done, total)),
            reason => _progress?.Report(new RunNote(reason, true)),
            cancellation);
        _cacheLeft -= store?.HeldBytes ?? 0;
        if (isLast)
        {
            _prefix.Release();
        }
    }

    private long PromptMemory(PrefixCachePlan? prompts) => prompts is null ? 0
        : MemoryEstimate.PromptBytes(prompts.Bytes, _prefix.Shape.ValuesPerToken, Options, Data.Train.Max(row => row.Length));

    private double MeasureStep(CopyPlan plan)
    {
        var request = new StepRequest
        {
            Step = 0,
            Plan = plan,
            B = new float[AdapterLayout.BCount],
            Noise = new float[(long)plan.Queries * AdapterLayout.BCount],
            Epsilon = Options.Optimizer.Epsilon,
        };
        var elapsed = Time(request);

        // The first run of a program includes its set-up; only a slow model is judged by it.
        return elapsed > 2000 ? elapsed : Time(request);
    }

    private double Time(StepRequest request)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        if (Objective.Updates)
        {
            Objective.LossesAndUpdate(request, 0);
        }
        else
        {
            Objective.Losses(request);
        }

        return watch.Elapsed.TotalMilliseconds;
    }

    private JournalHeader CreateHeader() => new()
    {
        Seed = Options.Seed,
        TotalSteps = Options.Steps,
        Optimizer = Options.Optimizer,
        Layout = Adapter.Layout,
        Properties = new Dictionary<string, string>
        {
            ["model"] = Model.Checkpoint.Fingerprint,
            ["engine"] = Options.Engine.Kind.ToString(),
            ["weights"] = WeightFormats.NameOf(Options.Engine.Weights),
            ["update"] = Options.Update.ToString(),
            ["adapter"] = JsonSerializer.Serialize(Options.Adapter, RunFolder.Json),
            ["loss"] = Layout.Form.ToString(),
            ["examples_per_step"] = Options.ExamplesPerStep.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["train_rows"] = Data.TrainDigest,
            ["eval_rows"] = Data.EvalDigest,
            ["prompts"] = Layout switch
            {
                { Prompt: PrefixKind.Tokens } => "computed",
                { Prompt: PrefixKind.KeyValues, FirstLayer: > 0 } => FormattableString.Invariant($"{Options.PrefixCacheType} from layer {Layout.FirstLayer}"),
                _ => Options.PrefixCacheType.ToString(),
            },
        },
    };

    private IProgramSession LoadProgram(Program program) => Own(Model.Engine.Load(program, Model.Checkpoint));

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }

    private sealed class StageReport(IProgress<TrainingEvent>? progress, string stage) : IProgress<double>
    {
        public void Report(double value) => progress?.Report(new StageProgress(stage, (long)(value * 100), 100));
    }
}
