using System.Runtime.InteropServices;
using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Format;
using MobiZO.Programs;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>The weights of a checkpoint as constants of one file: each is there once, and is read when the file is written.</summary>
/// <param name="source">The checkpoint.</param>
internal sealed class FrozenTensors(IWeightSource source)
{
    private const int ValuesAtOnce = 1 << 18;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The bytes of a weight, row by row, in fp32.</summary>
    /// <exception cref="CheckpointException">It is missing or has another shape.</exception>
    public PteConstant Data(Weight weight)
    {
        WeightCheck.Require(source, weight);
        return new PteConstant(weight.Count * sizeof(float), stream => Write(weight, stream));
    }

    /// <summary>A weight as a tensor.</summary>
    /// <param name="graph">The method.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="shape">Its extents; empty: those of the weight.</param>
    public PteTensor Constant(PteGraph graph, Weight weight, params IReadOnlyList<int> shape)
    {
        if (!_numbers.TryGetValue(weight.Name, out var number))
        {
            graph.File.Constants.Add(Data(weight));
            number = graph.File.Constants.Count;
            _numbers.Add(weight.Name, number);
        }

        return graph.Known(PteType.Float32, number, shape.Count > 0 ? shape : weight.Shape);
    }

    private void Write(Weight weight, Stream stream)
    {
        var values = new float[Math.Min(weight.Count, ValuesAtOnce)];
        for (long start = 0; start < weight.Count; start += values.Length)
        {
            var part = values.AsSpan(0, (int)Math.Min(values.Length, weight.Count - start));
            source.Read(weight.Name, start, part);
            stream.Write(MemoryMarshal.AsBytes(part));
        }
    }
}
