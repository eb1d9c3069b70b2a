using BenchmarkDotNet.Attributes;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.TrainBench.Steps;

namespace MobiZO.TrainBench.Parts;

/// <summary>Joining the cached prompts of a batch.</summary>
public class PromptBenchmarks
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-prompts-").FullName;
    private PrefixStore _store = null!;
    private StepFeed _feed = null!;
    private int _turn;

    /// <summary>E.</summary>
    [Params(4, 16)]
    public int Examples { get; set; }

    /// <summary>T.</summary>
    [Params(27, 128)]
    public int Tokens { get; set; }

    /// <summary>Whether the prompts lie in a cache file.</summary>
    [Params(false, true)]
    public bool InFile { get; set; }

    /// <summary>Makes prompts with the model.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using var model = PartsModel.Open();
        var shape = new StepShape(AdapterScope.Activated, EstimatorKind.TwoSided, 2, Examples, Tokens, 1);

        // Two batches in turn: a batch that is joined already costs nothing.
        var examples = model.Examples(shape, 2 * Examples);
        _store = model.Prompts(examples, model.FirstLayerOf(AdapterScope.Activated), InFile ? _folder : null);
        _feed = StepFeed.Create(StepLossKind.Choices, examples[..Examples], 1);
    }

    /// <summary>What is cached of the prompts of a step into the inputs of a run.</summary>
    [Benchmark]
    public int Gather()
    {
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        _turn = Examples - _turn;
        _store.AddTo(inputs, _feed, [.. Enumerable.Range(_turn, Examples)]);
        return inputs.Count;
    }

    /// <summary>Removes the file.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
