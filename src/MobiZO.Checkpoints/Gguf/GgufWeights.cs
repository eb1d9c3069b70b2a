using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>The weights of a GGUF file under their Hugging Face names, in the form that programs read.</summary>
internal sealed class GgufWeights : WeightStore
{
    private readonly GgufParts _file;
    private readonly Dictionary<string, (GgufTensor Stored, ModelTensor Tensor)> _homes = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="CheckpointException">A weight is missing, misshapen, unknown, or of a type that cannot be read.</exception>
    public GgufWeights(GgufParts file, ModelDescription model)
    {
        _file = file;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (ModelTensor tensor in model.Tensors)
        {
            GgufTensor stored = Check(tensor);
            used.Add(stored.Name);
            _homes.Add(tensor.Name, (stored, tensor));
            _tensors.Add(tensor.Name, new StoredTensor(tensor.Name, tensor.Shape, stored.Type.ToString(), stored.ByteLength));
        }

        // An unknown tensor means that the model computes something else.
        if (file.Tensors.Keys.FirstOrDefault(name => !used.Contains(name) && !model.IsIgnored(name)) is { } unknown)
        {
            throw UnknownTensor.Error(file.PathOf(unknown), unknown, model, "the metadata");
        }
    }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public override IReadOnlyList<(MappedFile File, long HeaderLength)> Files =>
        [.. _file.Files.Select(file => (file.Mapping, Math.Min(file.DataStart, file.Mapping.Length)))];

    public override void Read(string name, long start, Span<float> destination)
    {
        (GgufTensor stored, ModelTensor tensor) = _homes[name];
        if (StoredRows.AreMoved(tensor))
        {
            ReadRows(stored, tensor, start, destination);
        }
        else
        {
            _file.Read(stored, start, destination);
        }
    }

    public override BlockLayout? FindBlocks(string name) => GgufBlockFormats.Find(_homes[name].Stored.Type)!.Codes?.Form;

    public override void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        (GgufTensor stored, ModelTensor tensor) = _homes[name];
        if (!StoredRows.AreMoved(tensor))
        {
            _file.ReadBlocks(stored, firstBlock, codes, scales, offsets);
            return;
        }

        int size = GgufBlockFormats.Find(stored.Type)!.Codes!.Form.Size;
        long width = stored.Shape[^1] / size;
        for (int done = 0; done < scales.Length; )
        {
            (long row, long column) = Math.DivRem(firstBlock + done, width);
            int count = (int)Math.Min(width - column, scales.Length - done);
            _file.ReadBlocks(
                stored,
                (StoredRows.Of(tensor, row) * width) + column,
                codes.Slice(done * size, count * size),
                scales.Slice(done, count),
                offsets.Slice(done, count)
            );
            done += count;
        }
    }

    public override void Dispose() => _file.Dispose();

    private void ReadRows(GgufTensor stored, ModelTensor tensor, long start, Span<float> destination)
    {
        long width = stored.Shape.Count == 2 ? stored.Shape[1] : 1;
        while (destination.Length > 0)
        {
            (long row, long column) = Math.DivRem(start, width);
            int count = (int)Math.Min(width - column, destination.Length);
            _file.Read(stored, (StoredRows.Of(tensor, row) * width) + column, destination[..count]);
            start += count;
            destination = destination[count..];
        }
    }

    private GgufTensor Check(ModelTensor tensor)
    {
        string expected = $"shape [{string.Join(", ", tensor.Shape)}] by the metadata";
        string name = tensor.GgufName ?? throw new CheckpointException($"{_file.Path}: tensor '{tensor.Name}' has no name in GGUF files.");
        if (!_file.Tensors.TryGetValue(name, out GgufTensor? stored))
        {
            throw new CheckpointException($"{_file.Path}: tensor '{name}': expected {expected}, found no such tensor.");
        }

        if (!stored.Shape.SequenceEqual(tensor.Shape.Select(dimension => (long)dimension)))
        {
            throw new CheckpointException(
                $"{_file.PathOf(name)}: tensor '{name}': expected {expected}, found [{string.Join(", ", stored.Shape)}]."
            );
        }

        return GgufBlockFormats.Find(stored.Type) is not null
            ? stored
            : throw new CheckpointException(
                $"{_file.PathOf(name)}: tensor '{name}': type {stored.Type} is not supported. Expected one of "
                    + $"{GgufBlockFormats.SupportedNames}."
            );
    }
}
