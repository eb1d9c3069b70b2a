using System.Runtime.InteropServices;
using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Format;
using MobiZO.Programs;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>
/// The weights lie in the file: each once, whatever methods read it and in whatever way. They are read when the file is written.
/// </summary>
/// <param name="source">The checkpoint.</param>
/// <param name="prefix">Begins the names of the weights: runtimes share what they packed under one name.</param>
/// <param name="isBytes">Whether the matrices of delegates are held as <see cref="RowBytes"/>; else all is fp32.</param>
internal sealed class TensorsInFile(IWeightSource source, string prefix, bool isBytes = false) : IFrozenTensors
{
    private const int ValuesAtOnce = 1 << 18;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _scales = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public PteTensor Constant(PteGraph graph, Weight weight, params IReadOnlyList<int> shape)
    {
        if (!_numbers.TryGetValue(weight.Name, out var number))
        {
            var key = KeyOf(weight);
            graph.File.Constants.Add(graph.File.Named.TryGetValue(key, out var data) ? data : Data(weight));
            number = graph.File.Constants.Count;
            _numbers.Add(weight.Name, number);
            if (graph.File.Named.Remove(key))
            {
                graph.File.Aliases.Add(key, number);
            }
        }

        return graph.Known(PteType.Float32, number, shape.Count > 0 ? shape : weight.Shape);
    }

    /// <inheritdoc/>
    public PteTensor Named(PteGraph graph, Weight weight)
    {
        var key = KeyOf(weight);
        if (isBytes && RowBytes.Fit(weight))
        {
            var (codes, scales) = (key + RowBytes.Suffix, key + RowBytes.ScalesSuffix);
            if (!graph.File.Named.ContainsKey(codes))
            {
                WeightCheck.Require(source, weight);
                AddBytes(graph.File, weight, codes, scales);
            }

            return graph.Named(codes, scales, weight.Shape, _scales.GetValueOrDefault(codes));
        }

        if (_numbers.TryGetValue(weight.Name, out var number))
        {
            graph.File.Aliases.TryAdd(key, number);
        }
        else if (!graph.File.Named.ContainsKey(key))
        {
            graph.File.Named.Add(key, Data(weight));
        }

        return graph.Named(key, null, weight.Shape);
    }

    private string KeyOf(Weight weight) => $"{prefix}.{weight.Name}";

    private PteConstant Data(Weight weight)
    {
        WeightCheck.Require(source, weight);
        return new PteConstant(weight.Count * sizeof(float), stream => Write(weight, stream));
    }

    /// <summary>
    /// The codes are written before their scales, which are found on the way: the matrix is read once. Where delegates know no data by
    /// name, payloads hold the scales, and the matrix is read once more for them.
    /// </summary>
    private void AddBytes(PteFile file, Weight weight, string codes, string scales)
    {
        var ofRows = new float[weight.Shape[0]];
        file.Named.Add(
            codes,
            new PteConstant(
                weight.Count,
                stream =>
                {
                    var values = new sbyte[weight.Count];
                    RowBytes.Read(source, weight, values, ofRows);
                    stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
                }
            )
        );
        if (!file.Target.HasNamedData)
        {
            RowBytes.Read(source, weight, new sbyte[weight.Count], ofRows);
            _scales.Add(codes, ofRows);
            return;
        }

        file.Named.Add(
            scales,
            new PteConstant((long)ofRows.Length * sizeof(float), stream => stream.Write(MemoryMarshal.AsBytes(ofRows.AsSpan())))
        );
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
