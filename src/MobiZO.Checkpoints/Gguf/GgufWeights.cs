using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>The weights of a GGUF file under their Hugging Face names, with the rows of q and k in Hugging Face order.</summary>
internal sealed class GgufWeights : WeightStore
{
    private readonly GgufFile _file;
    private readonly int _headDimension;
    private readonly Dictionary<string, GgufTensor> _homes = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="CheckpointException">A weight is missing, misshapen, unknown, or of a type that cannot be read.</exception>
    public GgufWeights(GgufFile file, ModelConfig config)
    {
        _file = file;
        _headDimension = config.HeadDimension;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, int[] shape) in LlamaTensors.Expected(config))
        {
            string stored = GgufNames.Of(name);
            used.Add(stored);
            GgufTensor tensor = Check(stored, shape);
            _homes.Add(name, tensor);
            _tensors.Add(name, new StoredTensor(name, shape, tensor.Type.ToString(), tensor.ByteLength));
        }

        // An unknown tensor means that the model computes something else.
        if (file.Tensors.Keys.FirstOrDefault(name => !used.Contains(name) && !GgufNames.IsIgnored(name)) is { } unknown)
        {
            throw new CheckpointException($"{file.Path}: tensor '{unknown}': expected only the tensors of a Llama, found this one, whose use is not known.");
        }
    }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public override IReadOnlyList<(MappedFile File, long HeaderLength)> Files => [(_file.Mapping, Math.Min(_file.DataStart, _file.Mapping.Length))];

    public override void Read(string name, long start, Span<float> destination)
    {
        GgufTensor tensor = _homes[name];
        if (IsRotary(name))
        {
            ReadRotary(tensor, start, destination);
        }
        else
        {
            _file.Read(tensor, start, destination);
        }
    }

    public override BlockLayout? FindBlocks(string name) => BlockFormat.Find(_homes[name].Type)!.Codes?.Form;

    public override void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        GgufTensor tensor = _homes[name];
        long width = tensor.Shape[^1] / BlockLayout.Elements;
        bool isRotary = IsRotary(name);
        for (int done = 0; done < scales.Length;)
        {
            (long row, long column) = Math.DivRem(firstBlock + done, width);
            int count = (int)Math.Min(width - column, scales.Length - done);
            long stored = isRotary ? RotaryRows.Stored(row, _headDimension) : row;
            _file.ReadBlocks(
                tensor,
                (stored * width) + column,
                codes.Slice(done * BlockLayout.Elements, count * BlockLayout.Elements),
                scales.Slice(done, count),
                offsets.Slice(done, count));
            done += count;
        }
    }

    public override void Dispose() => _file.Dispose();

    private static bool IsRotary(string name) =>
        name.Contains(".self_attn.q_proj.", StringComparison.Ordinal) || name.Contains(".self_attn.k_proj.", StringComparison.Ordinal);

    private void ReadRotary(GgufTensor tensor, long start, Span<float> destination)
    {
        long width = tensor.Shape.Count == 2 ? tensor.Shape[1] : 1;
        while (destination.Length > 0)
        {
            (long row, long column) = Math.DivRem(start, width);
            int count = (int)Math.Min(width - column, destination.Length);
            _file.Read(tensor, (RotaryRows.Stored(row, _headDimension) * width) + column, destination[..count]);
            start += count;
            destination = destination[count..];
        }
    }

    private GgufTensor Check(string name, int[] shape)
    {
        string expected = $"shape [{string.Join(", ", shape)}] by the metadata";
        if (!_file.Tensors.TryGetValue(name, out GgufTensor? tensor))
        {
            throw new CheckpointException($"{_file.Path}: tensor '{name}': expected {expected}, found no such tensor.");
        }

        if (!tensor.Shape.SequenceEqual(shape.Select(dimension => (long)dimension)))
        {
            throw new CheckpointException($"{_file.Path}: tensor '{name}': expected {expected}, found [{string.Join(", ", tensor.Shape)}].");
        }

        return BlockFormat.Find(tensor.Type) is not null
            ? tensor
            : throw new CheckpointException(
                $"{_file.Path}: tensor '{name}': type {tensor.Type} is not supported yet. Expected one of {BlockFormat.SupportedNames}.");
    }
}
