using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Merging;

/// <summary>
/// A GGUF file with an adapter added: every metadata pair and every tensor is copied as it is, except the matrices that the adapter
/// changes. The parts of a split file become one.
/// </summary>
internal static class MergedGguf
{
    private const int BlockElements = 32;

    public static MergeResult Write(Checkpoint model, LoraAdapter adapter, string output, MergedType type)
    {
        using var parts = GgufParts.Open(model.WeightFiles[0]);
        var modules = new GgufModules(model.Description);
        var changed = adapter.Modules.ToDictionary(module => modules.ByModule(module.Name).Weight.GgufName!, StringComparer.Ordinal);
        var writer = new GgufWriter(parts.Files[0].Alignment);
        CopyPairs(parts.Files[0], writer);
        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tensor in parts.Tensors.Values)
        {
            var file = parts.FileOf(tensor);
            if (changed.TryGetValue(tensor.Name, out var module))
            {
                var into = TypeOf(file, tensor, type);
                types.Add(into.ToString());
                AddMerged(file, tensor, modules.ByModule(module.Name).Weight, module, adapter.Scale, into, writer);
            }
            else
            {
                writer.AddTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength, stream => Copy(file, tensor, stream));
            }
        }

        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        writer.Write(output);
        return new MergeResult(output, changed.Count, [.. types], [], []);
    }

    private static void CopyPairs(GgufFile file, GgufWriter writer)
    {
        using var bytes = file.Mapping.Borrow();
        var pairs = file.Pairs.Where(pair => !pair.Key.StartsWith("split.", StringComparison.Ordinal));
        foreach (var (start, end) in pairs.Select(pair => pair.Value))
        {
            writer.AddRaw(bytes.Slice(start, checked((int)(end - start))));
        }
    }

    private static void Copy(GgufFile file, GgufTensor tensor, Stream stream)
    {
        const int Piece = 1 << 24;
        using var bytes = file.Mapping.Borrow();
        for (long done = 0; done < tensor.ByteLength; done += Piece)
        {
            stream.Write(bytes.Slice(tensor.Offset + done, (int)Math.Min(Piece, tensor.ByteLength - done)));
        }
    }

    private static GgufTensorType TypeOf(GgufFile file, GgufTensor tensor, MergedType type)
    {
        var isWhole = tensor.Shape[^1] % BlockElements == 0;
        return type switch
        {
            MergedType.F32 => GgufTensorType.F32,
            MergedType.Q4_K when tensor.Shape[^1] % FourBitSuperBlockWriter.Elements == 0 => GgufTensorType.Q4_K,
            MergedType.Q4_K => isWhole ? GgufTensorType.Q8_0 : GgufTensorType.F16,
            MergedType.F16 => GgufTensorType.F16,
            MergedType.Q8_0 when isWhole => GgufTensorType.Q8_0,
            MergedType.Q8_0 => throw new CheckpointException(
                $"{file.Path}: tensor '{tensor.Name}': rows of {tensor.Shape[^1]} values are not whole blocks of {BlockElements}, so it cannot "
                    + "be written as Q8_0. Use F16."
            ),
            _ when tensor.Type != GgufTensorType.Q4_K && StoredNumbers.CanWrite(tensor.Type) => tensor.Type,
            _ => isWhole ? GgufTensorType.Q8_0 : GgufTensorType.F16,
        };
    }

    private static void AddMerged(
        GgufFile file,
        GgufTensor tensor,
        ModelTensor weight,
        LoraModule module,
        double scale,
        GgufTensorType type,
        GgufWriter writer
    )
    {
        var product = new LowRankProduct(module, GgufModules.ToStored(weight, module.B, module.Rank), scale);
        var rowBytes = StoredNumbers.BytesOf(type, product.Columns);
        writer.AddTensor(
            tensor.Name,
            type,
            tensor.Shape,
            (long)rowBytes * product.Rows,
            stream =>
                MergedRows.Write(
                    product,
                    (start, values) => file.Read(tensor, start, values),
                    type,
                    stream,
                    $"{file.Path}: tensor '{tensor.Name}': with the adapter, a value is no number or too large for {type}. Use F32."
                )
        );
    }
}
