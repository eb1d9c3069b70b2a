using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.PrefixCache;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>A tiny random model with an adapter and examples on an engine: what a step needs, without files.</summary>
internal sealed class TinyStep : IDisposable
{
    public const float Epsilon = 1e-2f;

    private readonly List<IDisposable> _owned = [];
    private readonly IEngine _engine;

    public TinyStep(
        string engine,
        StepLossKind loss = StepLossKind.Tokens,
        PrefixKind prompt = PrefixKind.Tokens,
        TinyLlama? model = null,
        AdapterLayout? adapter = null,
        int exampleCount = 12,
        bool hasSingleTokens = false,
        bool sharesLayers = true,
        bool startsAbove = false
    )
    {
        (Loss, Prompt, HasSingleTokens, SharesLayers) = (loss, prompt, hasSingleTokens, sharesLayers);
        Model = model ?? new TinyLlama();
        Adapter = adapter ?? Model.Adapter(2, "q_proj", "v_proj", "down_proj");
        FirstLayer = prompt == PrefixKind.Hidden || startsAbove ? Adapter.Modules.Min(module => module.Layer) : 0;
        _engine = Own(CreateEngine(engine));
        A = new PlainRandom(2).Normals(Adapter.ACount, 0.3);
        B = new PlainRandom(3).Normals(Adapter.BCount, 0.1);
        Examples = CreateExamples(exampleCount);
        State = StateLayout.Create(Adapter.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize, Adapter.Rank)));
        Oracle = new PlainForward(Model, Adapter, A);
    }

    public StepLossKind Loss { get; }

    public PrefixKind Prompt { get; }

    /// <summary>Whether every row has one token behind its cached prompt, as the program then knows.</summary>
    public bool HasSingleTokens { get; }

    /// <summary>Whether the copies share the layers below the adapter, as in a run.</summary>
    public bool SharesLayers { get; }

    public TinyLlama Model { get; }

    public AdapterLayout Adapter { get; }

    /// <summary>The layer that programs start with, given what enters it.</summary>
    public int FirstLayer { get; }

    public float[] A { get; }

    public float[] B { get; }

    public PromptExample[] Examples { get; }

    public StateLayout State { get; }

    public PlainForward Oracle { get; }

    public static IEngine CreateEngine(string kind) =>
        kind == EngineCatalog.Reference
            ? new ReferenceEngine<float>()
            : new OnnxRuntimeEngine(
                new EngineSettings { CacheFolder = Path.Combine(AppContext.BaseDirectory, "engine-cache"), Threads = 1 }
            );

    public StepOptions Options(EngineUpdate? update = null) =>
        new()
        {
            Adapter = Adapter,
            Loss = Loss,
            Prompt = Prompt,
            FirstLayer = FirstLayer,
            SharedLayers = SharesLayers
                ? new AdapterStart(Prompt, FirstLayer, Adapter.Modules.Min(module => module.Layer)).SharedLayers
                : 0,
            RowTokens = HasSingleTokens ? 1 : null,
            Update = update,
        };

    public IProgramSession Load(Program program) => Own(_engine.Load(program, Model));

    /// <summary>All copies at once, as a run does it.</summary>
    public ModelObjective Objective(int examplesPerStep, int maxTokensPerRun = int.MaxValue, EngineUpdate? update = null) =>
        new(
            new StepPrograms(
                new Lazy<IProgramSession>(() => Load(Model.Assembler.Step(Options()))),
                update is null ? null : Load(Model.Assembler.Step(Options(update))),
                update is null ? null : new Lazy<IProgramSession>(() => Load(ProgramAssembler.Update(Adapter, update.Queries)))
            ),
            Loss,
            A,
            Examples,
            Order(examplesPerStep),
            Prompts(),
            maxTokensPerRun,
            _engine.Traits.Lengths
        );

    /// <summary>The frozen parts of the examples as computed; null when there are none.</summary>
    public PrefixStore? Prompts() =>
        Prompt == PrefixKind.Tokens
            ? null
            : new PrefixStore(
                Own(
                    new PrefixPrograms(
                        Model.Assembler,
                        PrefixShape.Of(Model.Config, Prompt, FirstLayer),
                        _engine.Traits,
                        (program, _) => Load(program),
                        RunStyle.OneByOne
                    )
                ),
                Examples,
                new PrefixCacheOptions(PrefixCacheType.Fp32, long.MaxValue, null, int.MaxValue),
                new PrefixBatch()
            );

    public ExampleOrder Order(int examplesPerStep) => new(Examples.Length, examplesPerStep, seed: 5);

    public StepRequest Request(CopyPlan plan, long step = 3) =>
        new()
        {
            Step = step,
            Plan = plan,
            B = B,
            Noise = plan.Queries == 0 ? [] : Noise(plan.Queries, step),
            Epsilon = Epsilon,
        };

    public float[] Noise(int queries, long step)
    {
        var noise = new float[queries * State.Total];
        new NoiseSource(7).FillStep(NoiseKind.Gaussian, step, queries, State, noise);
        return noise;
    }

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    // Prompts and answers of many lengths; with cached prompts suffixes of many lengths, some with nothing before them.
    private PromptExample[] CreateExamples(int count)
    {
        var random = new PlainRandom(11);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(index =>
                {
                    var prompt = random.Tokens(2 + random.Below(6), Model.Config.VocabularySize);
                    var start =
                        Prompt != PrefixKind.KeyValues ? 0
                        : index % 3 == 0 ? 0
                        : random.Below(prompt.Length);
                    int[] Word(int length) => random.Tokens(HasSingleTokens ? 1 : length, Model.Config.VocabularySize);
                    if (HasSingleTokens)
                    {
                        prompt = index == 0 ? prompt[..1] : prompt;
                        start = prompt.Length - 1;
                    }

                    return Loss switch
                    {
                        StepLossKind.Tokens => new PromptExample(prompt, start, Word(1 + (index % 3)), [], 0),
                        StepLossKind.Choices => new PromptExample(
                            prompt,
                            start,
                            [],
                            [
                                [3],
                                [8],
                                [5],
                            ],
                            index % 3
                        ),
                        StepLossKind.ChoiceBranches or StepLossKind.ChoiceBranchesAndTokens => TreeExample(prompt, start, index),
                        StepLossKind.RowChoices when !HasSingleTokens => new PromptExample(
                            prompt,
                            start,
                            [],
                            index % 2 == 0
                                ?
                                [
                                    [3, 4, 9],
                                    [8],
                                    [5, 2],
                                ]
                                :
                                [
                                    [7, 4],
                                    [6],
                                ],
                            index % 2
                        ),
                        _ => new PromptExample(
                            prompt,
                            start,
                            [],
                            HasSingleTokens
                                ?
                                [
                                    [3],
                                    [8],
                                    [5],
                                ]
                                :
                                [
                                    [3, 4, 9],
                                    [8],
                                    [5, 2],
                                ],
                            index % 3
                        ),
                    };
                }),
        ];
    }

    private PromptExample TreeExample(int[] prompt, int start, int index)
    {
        int[][] words = HasSingleTokens
            ?
            [
                [3],
                [8],
                [5],
            ]
            :
            [
                [3, 4, 9],
                [8, 7],
                [8, 2, 6],
                [3, 4],
                [8, 2, 5],
            ];
        var withTokens = Loss == StepLossKind.ChoiceBranchesAndTokens;
        var label = index % words.Length;
        return new PromptExample(prompt, start, [], words, label)
        {
            Rows = [new ChoiceTree(words, PlainForward.End).ToLearn(label, withTokens)],
            TokenShare =
                !withTokens ? 0
                : HasSingleTokens ? 0.25f
                : 0.6f,
        };
    }

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
