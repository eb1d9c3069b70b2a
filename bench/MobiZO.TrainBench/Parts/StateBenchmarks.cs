using BenchmarkDotNet.Attributes;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.TrainBench.Parts;

/// <summary>The trained state of the default adapter: noise and update.</summary>
public class StateBenchmarks
{
    private const float LearningRate = 1e-3f;

    private readonly NoiseSource _source = new(42);
    private StateLayout _layout = null!;
    private float[] _b = [];
    private float[] _noise = [];
    private float[] _gradients = [];

    /// <summary>q.</summary>
    [Params(4, 16)]
    public int Queries { get; set; }

    /// <summary>Takes the sizes from the model.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using var model = PartsModel.Open();
        _layout = model.AdapterOf(AdapterScope.Activated).State;
        _b = new float[_layout.Total];
        _noise = new float[Queries * _layout.Total];
        _gradients = [.. Enumerable.Range(1, Queries).Select(query => 1f / query)];
        _source.FillStep(NoiseKind.Gaussian, 0, Queries, _layout, _noise);
    }

    /// <summary>Normal noise of a step.</summary>
    [Benchmark]
    public void GaussianNoise() => _source.FillStep(NoiseKind.Gaussian, 1, Queries, _layout, _noise);

    /// <summary>Signs of a step.</summary>
    [Benchmark]
    public void RademacherNoise() => _source.FillStep(NoiseKind.Rademacher, 1, Queries, _layout, _noise);

    /// <summary>The update of B.</summary>
    [Benchmark]
    public void Update() => AdapterUpdate.Apply(_b, Array.Empty<float>(), _noise, _gradients, LearningRate);
}
