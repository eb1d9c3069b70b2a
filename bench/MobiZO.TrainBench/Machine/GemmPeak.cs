using System.Diagnostics;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.TrainBench.Measuring;

namespace MobiZO.TrainBench.Machine;

/// <summary>
/// What ONNX Runtime itself reaches in one fp32 matrix product [M, K] x [N, K]^T, through the same engine as the steps. Only one row of the
/// product is handed out, so that copying does not count.
/// </summary>
internal sealed class GemmPeak : IDisposable
{
    private static readonly (int M, int K, int N)[] s_sizes = [(1024, 576, 1536), (1024, 1536, 1536), (2048, 2048, 2048)];

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-gemm-").FullName;
    private readonly List<(
        int M,
        int K,
        int N,
        OnnxRuntimeEngine Engine,
        IProgramSession Session,
        Dictionary<string, HostTensor> Inputs
    )> _products = [];

    /// <param name="threads">Threads of the engine; 0: one a core.</param>
    public GemmPeak(int threads)
    {
        foreach (var (m, k, n) in s_sizes)
        {
            var weight = new Weight("w", n, k);
            var builder = new ProgramBuilder();
            var x = builder.Input("x", "M", k);
            var rows = builder.IntegerInput("rows", "R");
            var product = builder.Add("product", new Linear(weight, null), x);
            builder.Output(builder.Add("row", new GatherRows(), product, rows));
            var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = _folder, Threads = threads });
            var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal)
            {
                ["x"] = HostTensor.Of(ConstantWeights.Values(m * k), m, k),
                ["rows"] = HostTensor.Of(new long[] { 0 }, 1),
            };
            _products.Add((m, k, n, engine, engine.Load(builder.Build("gemm"), new ConstantWeights(weight)), inputs));
        }
    }

    /// <summary>Floating-point operations a second of every size: the median of the rounds, the first dropped.</summary>
    public IReadOnlyList<GemmRate> Measure(int rounds)
    {
        var rates = _products.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < _products.Count; i++)
            {
                var (m, k, n, _, session, inputs) = _products[i];
                var start = Stopwatch.GetTimestamp();
                session.Run(inputs);
                rates[i].Add(2d * m * k * n / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return [.. _products.Select((product, i) => new GemmRate(product.M, product.K, product.N, Statistics.Median(rates[i][1..])))];
    }

    public void Dispose()
    {
        foreach (var product in _products)
        {
            product.Session.Dispose();
            product.Engine.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private sealed class ConstantWeights(Weight weight) : IWeightSource
    {
        public string Fingerprint => $"gemm-{string.Join('x', weight.Shape)}";

        public IReadOnlyCollection<string> Names => [weight.Name];

        public static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(index => Value(index))];

        public TensorRole? FindRole(string name) => null;

        public IReadOnlyList<int>? FindShape(string name) => name == weight.Name ? weight.Shape : null;

        public void Read(string name, long start, Span<float> destination)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = Value(start + i);
            }
        }

        // Ordinary numbers: zeros and denormals could run at another speed.
        private static float Value(long index) => ((index * 2654435761L % 1000) / 1000f) - 0.5f;
    }
}
