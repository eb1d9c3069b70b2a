using BenchmarkDotNet.Attributes;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.TrainBench.Parts;

/// <summary>Joining the cached prompts of a batch.</summary>
public class PromptBenchmarks
{
    private readonly PromptBuffers _buffers = new();
    private PromptKeyValues[] _prompts = [];
    private int _heads;
    private int _width;

    /// <summary>E.</summary>
    [Params(4, 16)]
    public int Examples { get; set; }

    /// <summary>T.</summary>
    [Params(27, 128)]
    public int Tokens { get; set; }

    /// <summary>Makes prompts of the model's sizes.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using var model = PartsModel.Open();
        var config = model.Model.Checkpoint.Config;
        (_heads, _width) = (config.KeyValueHeadCount, config.HeadDimension);
        float[][] Layers() => [.. Enumerable.Range(0, config.LayerCount).Select(_ => new float[_heads * Tokens * _width])];
        _prompts = [.. Enumerable.Range(0, Examples).Select(_ => new PromptKeyValues(Tokens, Layers(), Layers()))];
    }

    /// <summary>Keys and values of all layers into the inputs of a run.</summary>
    [Benchmark]
    public int Gather()
    {
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        PromptKeyValues.AddTo(inputs, _prompts, _heads, _width, _buffers);
        return inputs.Count;
    }
}
