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
using MobiZO.Programs.Architectures;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Prompts;

namespace MobiZO.Training;

/// <summary>Everything a run needs, opened and checked: model, rows, adapter, programs, cached prompts.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly Lazy<IProgramSession> _prefix;
    private long _cacheLeft;

    private TrainingSetup(FineTuneOptions options, LocalModel model, RunData data, IProgress<TrainingEvent>? progress)
    {
        _owned.Add(model);
        Layout = ExampleLayout.Choose(data.Train, options.Loss, options.Adapter.Scope);
        options = options with { Adapter = options.Adapter.Decided(data.Train.All(row => row.Label is not null) ? data.Choices.Count : 0) };
        (Options, Model, Data, _progress) = (options, model, data, progress);
        Adapter = AdapterFactory.CreateFresh(model, options, data);
        AdapterLayout = AdapterFactory.LayoutOf(model, Adapter);
        if ((long)options.Optimizer.Queries * AdapterLayout.BCount > Array.MaxLength)
        {
            throw new FineTuneException(
                $"{options.Optimizer.Queries} queries of {AdapterLayout.BCount} trained values are too many ({Array.MaxLength} values at most): choose fewer queries, fewer targets or a smaller rank.",
                FineTuneFailure.Settings);
        }

        _prefix = new Lazy<IProgramSession>(() => LoadProgram(model.Architecture.Prefix(PromptForm.KeyValues)));
        _cacheLeft = (long)options.PromptCacheMegabytes << 20;
        A = [.. Adapter.Modules.SelectMany(module => module.A)];
    }

    public FineTuneOptions Options { get; }

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

    public LossKind Loss => Layout.Form == LossForm.Tokens ? LossKind.Tokens : LossKind.Choices;

    public JournalHeader Header { get; private set; } = null!;

    public static TrainingSetup Create(FineTuneOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
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
            setup.Load(cancellation);
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
        var plan = CopyPlan.Create(options.Optimizer.Mode, options.Optimizer.Queries, options.Optimizer.OwnExamples);
        var milliseconds = MeasureStep(plan);
        var parameters = ModelFacts.ParametersOf(Model.Checkpoint);
        var examples = Data.Train.Select(Layout.ForTraining);
        var cached = Layout.Prompt == PromptForm.KeyValues
            ? Math.Min((long)options.PromptCacheMegabytes << 20, PromptStore.BytesNeeded(Model, examples.Concat(Data.Eval.Select(Layout.ForScoring))))
            : 0;
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
            PromptCacheBytes = cached,
            EstimatedMemoryBytes = MemoryEstimate.Of(Model.Checkpoint, options, state + cached),
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

    private void Load(CancellationToken cancellation)
    {
        var (model, options) = (Model, Options);
        var isEngineUpdate = options.Update == UpdatePlace.Engine;
        var plain = new StepOptions { Adapter = AdapterLayout, Loss = Layout.Form, Prompt = Layout.Prompt };
        var update = new EngineUpdate(options.Optimizer.Mode.EngineForm(), options.Optimizer.Queries);
        var programs = isEngineUpdate
            ? new StepPrograms(
                new Lazy<IProgramSession>(() => LoadProgram(model.Architecture.Step(plain))),
                LoadProgram(model.Architecture.Step(plain with { Update = update })),
                new Lazy<IProgramSession>(() => LoadProgram(LlamaArchitecture.Update(AdapterLayout, update.Queries))))
            : StepPrograms.ForHost(LoadProgram(model.Architecture.Step(plain)));
        Score = LoadProgram(model.Architecture.Score(AdapterLayout, Layout.Prompt));

        PromptExample[] examples = [.. Data.Train.Select(Layout.ForTraining)];
        var prompts = CreateStore(examples);
        Fill(prompts, examples.Length, "caching training prompts", cancellation);
        var groups = options.Optimizer.OwnExamples ? options.Optimizer.Queries : 1;
        var order = new ExampleOrder(examples.Length, options.ExamplesPerStep * groups, options.Seed);
        if (options.Adapter.Initialization == AdapterInitialization.Discriminant)
        {
            Adapter = options.Resume ? ReadInitialAdapter() : Initialize(examples, prompts!, cancellation);
            A = [.. Adapter.Modules.SelectMany(module => module.A)];
        }

        Objective = new ModelObjective(programs, Layout.Form, A, examples, order, prompts, options.MaxTokensPerRun, options.IsSequential);
        if (Data.Eval.Count > 0)
        {
            _cacheLeft -= prompts?.CachedBytes ?? 0;
            Evaluator = CreateEvaluator(Data.Eval);
            Evaluator.FillPrompts(done => _progress?.Report(new StageProgress("caching evaluation prompts", done, Data.Eval.Count)), cancellation);
        }

        Header = CreateHeader();
    }

    /// <summary>A from the first training examples that the run would see.</summary>
    private LoraAdapter Initialize(PromptExample[] examples, PromptStore prompts, CancellationToken cancellation)
    {
        var chosen = new ExampleOrder(examples.Length, Math.Min(examples.Length, DiscriminantInitialization.MostExamples), Options.Seed).IndicesOf(0);
        _progress?.Report(new StageProgress("reading prompts for the initial adapter", 0, chosen.Length));
        using var program = Model.Engine.Load(Model.Architecture.ModuleInputs(AdapterLayout, Layout.Prompt), Model.Checkpoint);
        var inputs = PromptStatistics.Read(program, examples, chosen, prompts, cancellation);
        return DiscriminantInitialization.Apply(Adapter, inputs, [.. chosen.Select(index => Data.Train[index].Label!.Value)]);
    }

    /// <summary>The A of the run that goes on: what is computed again might differ in the last bit on another machine.</summary>
    private LoraAdapter ReadInitialAdapter() =>
        PeftAdapter.Load(new RunFolder(Options.Output).InitialAdapterFolder).OrderedAs([.. Adapter.Modules.Select(module => module.Name)]);

    private PromptStore? CreateStore(IReadOnlyList<PromptExample> examples) =>
        Layout.Prompt == PromptForm.KeyValues ? new PromptStore(Model, _prefix.Value, examples, Math.Max(_cacheLeft, 0)) : null;

    private void Fill(PromptStore? store, int total, string stage, CancellationToken cancellation)
    {
        if (store is not null)
        {
            _progress?.Report(new StageProgress(stage, 0, total));
            store.Fill(done => _progress?.Report(new StageProgress(stage, done, total)), cancellation);
        }
    }

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
        Properties = new Dictionary<string, string>(WeightProperties())
        {
            ["model"] = Model.Checkpoint.Fingerprint,
            ["engine"] = Options.Engine.Kind.ToString(),
            ["update"] = Options.Update.ToString(),
            ["adapter"] = JsonSerializer.Serialize(Options.Adapter, RunFolder.Json),
            ["loss"] = Layout.Form.ToString(),
            ["examples_per_step"] = Options.ExamplesPerStep.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["train_rows"] = Data.TrainDigest,
            ["eval_rows"] = Data.EvalDigest,
        },
    };

    // Runs with fp32 weights have no such property: they were there before the other formats.
    private IEnumerable<KeyValuePair<string, string>> WeightProperties() =>
        Options.Engine.Weights == WeightFormat.Float32 ? [] : [new("weights", WeightFormats.NameOf(Options.Engine.Weights))];

    private IProgramSession LoadProgram(StepProgram program) => Own(Model.Engine.Load(program, Model.Checkpoint));

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
