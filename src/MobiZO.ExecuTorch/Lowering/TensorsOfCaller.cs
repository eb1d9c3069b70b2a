using MobiZO.ExecuTorch.Format;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>
/// The weights stay where they are in the memory of whoever runs the file: what kernels read is an input behind those of the program,
/// what delegates pack is asked for by name.
/// </summary>
/// <param name="prefix">Begins the names of the weights: the runtime shares what it packed under one name.</param>
/// <param name="isBytes">Whether the matrices of delegates are held as <see cref="RowBytes"/>; else all is fp32.</param>
internal sealed class TensorsOfCaller(string prefix, bool isBytes) : IFrozenTensors
{
    private readonly Dictionary<(string Name, string Shape), PteTensor> _inputs = [];
    private readonly List<Weight> _given = [];

    /// <summary>The weights behind the inputs of the program, in order.</summary>
    public IReadOnlyList<Weight> Given => _given;

    /// <summary>The weights that are asked for by name, in fp32.</summary>
    public Dictionary<string, Weight> ByName { get; } = new(StringComparer.Ordinal);

    /// <summary>The matrices that are asked for by name as bytes; their scales have names of their own.</summary>
    public Dictionary<string, Weight> BytesByName { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public PteTensor Constant(PteGraph graph, Weight weight, params IReadOnlyList<int> shape)
    {
        var extents = shape.Count > 0 ? shape : weight.Shape;
        var key = (weight.Name, string.Join(' ', extents));
        if (!_inputs.TryGetValue(key, out var input))
        {
            input = graph.Input(PteType.Float32, extents);
            _inputs.Add(key, input);
            _given.Add(weight);
        }

        return input;
    }

    /// <inheritdoc/>
    public PteTensor Named(PteGraph graph, Weight weight)
    {
        var name = $"{prefix}.{weight.Name}";
        if (isBytes && RowBytes.Fit(weight))
        {
            BytesByName[name] = weight;
            return graph.Named(name + RowBytes.Suffix, name + RowBytes.ScalesSuffix, weight.Shape);
        }

        ByName[name] = weight;
        return graph.Named(name, null, weight.Shape);
    }
}
