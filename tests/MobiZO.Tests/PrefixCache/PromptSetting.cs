using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.PrefixCache;

/// <summary>A tiny model, examples, and stores over them that count what they compute.</summary>
internal sealed class PromptSetting : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly IEngine _engine;
    private int _activeRuns;

    public PromptSetting(
        string engine = EngineCatalog.Reference,
        PrefixKind form = PrefixKind.KeyValues,
        int firstLayer = 0,
        int shared = 0,
        int count = 8,
        TinyLlama? model = null
    )
    {
        Model = model ?? new TinyLlama(layers: 3, heads: 2, keyValueHeads: 1, hidden: 32, headDimension: 16);
        _engine = TinyStep.CreateEngine(engine);
        _owned.Add(_engine);
        Shape = PrefixShape.Of(Model.Config, form, firstLayer);
        var random = new PlainRandom(21);
        var beginning = random.Tokens(shared, Model.Config.VocabularySize);
        Examples =
        [
            .. Enumerable
                .Range(0, count)
                .Select(index =>
                {
                    int[] prompt = [.. beginning, index, .. random.Tokens(1 + random.Below(9), Model.Config.VocabularySize)];
                    return new PromptExample(prompt, form == PrefixKind.Hidden ? 0 : prompt.Length - 1, [3, 4, 5], [], 0);
                }),
        ];
        Folder = Directory.CreateTempSubdirectory("mobizo-prompts-").FullName;
    }

    public TinyLlama Model { get; }

    /// <summary>How many batches of prompts are computed at once.</summary>
    public int Width { get; init; } = 1;

    /// <summary>An engine whose rows have to be tried, like one with kernels that choose their order of sums.</summary>
    public EngineTraits Traits { get; init; } =
        new()
        {
            VectorValues = 16,
            AreRowsIndependent = false,
            AreCopiesIndependent = false,
            Numerics = "",
        };

    /// <summary>How the loaded programs were to be run.</summary>
    public List<RunStyle> Loaded { get; } = [];

    /// <summary>Runs that have begun and not ended.</summary>
    public int ActiveRuns => _activeRuns;

    public PrefixShape Shape { get; }

    public PromptExample[] Examples { get; }

    public string Folder { get; }

    public string Cache => Path.Combine(Folder, "key");

    /// <summary>Names of the programs that were run, one for each run.</summary>
    public List<string> Runs { get; } = [];

    /// <summary>Changes an output of a prefix program, given its name and the rows of the run.</summary>
    public Action<string, int, Span<float>>? Distort { get; set; }

    public string[] Files => Directory.Exists(Cache) ? Directory.GetFiles(Cache) : [];

    /// <summary>A new store, as a new run would make it.</summary>
    public PrefixStore Open(
        bool hasFile = true,
        PrefixCacheType type = PrefixCacheType.Fp16,
        long budget = long.MaxValue,
        IReadOnlyList<PromptExample>? examples = null
    )
    {
        var programs = new PrefixPrograms(Model.Assembler, Shape, Traits, Load, RunStyle.SideBySide);
        var store = new PrefixStore(
            programs,
            examples ?? Examples,
            new PrefixCacheOptions(type, budget, hasFile ? Cache : null, 64),
            new PrefixBatch()
        );
        _owned.Add(programs);
        _owned.Add(store);
        store.Find();
        return store;
    }

    /// <summary>A new store with everything computed; the plan that was told.</summary>
    public (PrefixStore Store, PrefixCachePlan Plan) Fill(
        bool hasFile = true,
        PrefixCacheType type = PrefixCacheType.Fp16,
        long budget = long.MaxValue,
        IReadOnlyList<PromptExample>? examples = null
    )
    {
        var store = Open(hasFile, type, budget, examples);
        var plans = new List<PrefixCachePlan>();
        store.Fill(plans.Add, null, reason => Assert.Fail(reason), CancellationToken.None);
        return (store, Assert.Single(plans));
    }

    /// <summary>What a program is given for the first examples of the store.</summary>
    public Dictionary<string, float[]> Inputs(PrefixStore store, int count = 4)
    {
        var inputs = new Dictionary<string, HostTensor>();
        store.AddTo(inputs, StepFeed.Create(StepLossKind.Tokens, Examples[..count], 1), [.. Enumerable.Range(0, count)]);
        return inputs
            .Where(pair => pair.Value.Type == ElementType.Float32)
            .ToDictionary(pair => pair.Key, pair => pair.Value.Floats.ToArray());
    }

    public static void AssertEqual(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual, float tolerance = 0)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected)
        {
            Assert.Equal(values, actual[name], (x, y) => Math.Abs(x - y) <= tolerance * (1 + Math.Abs(x)));
        }
    }

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private Counting Load(Program program, RunStyle style)
    {
        Loaded.Add(style);
        return new Counting(_engine.Load(program, Model, style), this);
    }

    private sealed class Counting(IProgramSession inner, PromptSetting setting) : IProgramSession
    {
        public Program Program => inner.Program;

        public int Width => setting.Width;

        public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
        {
            Interlocked.Increment(ref setting._activeRuns);
            lock (setting.Runs)
            {
                setting.Runs.Add(inner.Program.Name);
            }

            var outputs = inner.Run(inputs);
            foreach (var (name, tensor) in outputs)
            {
                setting.Distort?.Invoke(name, inputs[ProgramNames.InputIds].Shape[0], tensor.FloatMemory.Span);
            }

            Interlocked.Decrement(ref setting._activeRuns);
            return outputs;
        }

        public void Dispose() => inner.Dispose();
    }
}
