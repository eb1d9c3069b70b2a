namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>
/// Where every tensor lies in a weight file: fp32 tensors as one part under their own name, quantised ones as codes, scales and offsets;
/// each part on a page of its own.
/// </summary>
internal sealed class WeightLayout
{
    private const int Page = 4096;

    private readonly Dictionary<string, long> _starts = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private WeightLayout(IWeightSource source) => Source = source;

    /// <summary>Where the values come from.</summary>
    public IWeightSource Source { get; }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>First byte of every part, by its name.</summary>
    public IReadOnlyDictionary<string, long> Starts => _starts;

    /// <summary>Bytes of the file.</summary>
    public long Length { get; private set; }

    public static WeightLayout Of(IWeightSource source, IEnumerable<string> names)
    {
        var layout = new WeightLayout(source);
        foreach (var name in names)
        {
            layout._names.Add(name);
            layout.Place(name);
        }

        return layout;
    }

    /// <summary>How a tensor is quantised; null for fp32.</summary>
    public BlockLayout? FormOf(string name) => (Source as QuantizedWeights)?.FindBlocks(name);

    /// <summary>First byte of an fp32 tensor.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor, or has it in blocks of codes.</exception>
    public long OffsetOf(string name) =>
        _starts.TryGetValue(name, out var start) ? start : throw new CheckpointException($"The weight file has no fp32 tensor '{name}'.");

    /// <summary>Where the parts of a quantised tensor start; null for fp32.</summary>
    public QuantizedPlace? PlaceOf(string name) => FormOf(name) is { } form ? PlaceOf(name, form) : null;

    public QuantizedPlace PlaceOf(string name, BlockLayout form) =>
        new(
            form.Bits,
            form.Size,
            _starts[name + ".codes"],
            _starts[name + ".scales"],
            form.HasOffsets ? _starts[name + ".offsets"] : null,
            form.IsNormalFloat
        );

    public static long CountOf(IWeightSource source, string name) =>
        source.FindShape(name)!.Aggregate(1L, (product, extent) => product * extent);

    private void Place(string name)
    {
        var count = CountOf(Source, name);
        if (FormOf(name) is not { } form)
        {
            Place(name, count * sizeof(float));
            return;
        }

        Place(name + ".codes", count * form.Bits / 8);
        Place(name + ".scales", count / form.Size * sizeof(float));
        if (form.HasOffsets)
        {
            Place(name + ".offsets", count / form.Size * sizeof(float));
        }
    }

    private void Place(string part, long bytes)
    {
        _starts.Add(part, Length);
        Length = (Length + bytes + Page - 1) / Page * Page;
    }
}
