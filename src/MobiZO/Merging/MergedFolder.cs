using System.Globalization;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Merging;

/// <summary>
/// A folder of safetensors with an adapter added: every shard is copied byte by byte, and the matrices that the adapter changes are written
/// over, in their type.
/// </summary>
internal static class MergedFolder
{
    private const string Shards = ".safetensors";

    private static readonly string[] s_copiedExtensions = [".json", ".jinja", ".txt", ".model", ".md"];
    private static readonly string[] s_copiedNames = ["license", "notice"];

    public static MergeResult Write(Checkpoint model, LoraAdapter adapter, string output)
    {
        var place = Path.TrimEndingDirectorySeparator(OutputPlace.Real(output));
        var folder = string.Create(CultureInfo.InvariantCulture, $"{place}.{Environment.ProcessId}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            var types = WriteShards(model, adapter, folder);
            var (copied, leftOut) = CopyOthers(model.Path, folder);
            if (Directory.Exists(place))
            {
                Directory.Delete(place);
            }

            Directory.Move(folder, place);

            return new MergeResult(output, adapter.Modules.Count, types, copied, leftOut);
        }
        catch (Exception error)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            if (error is UnauthorizedAccessException)
            {
                throw new IOException($"{output}: the merged model could not be written: {error.Message}", error);
            }

            throw;
        }
    }

    private static string[] WriteShards(Checkpoint model, LoraAdapter adapter, string folder)
    {
        var linears = model
            .Description.Layers.SelectMany(layer => layer.Linears)
            .ToDictionary(linear => linear.Module, StringComparer.Ordinal);
        var left = adapter.Modules.ToDictionary(module => linears[module.Name].Weight.Name, StringComparer.Ordinal);
        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in model.WeightFiles)
        {
            using var shard = SafetensorsFile.Open(path);
            using var staged = StagedFile.For(Path.Combine(folder, Path.GetFileName(path)));
            Copy(shard, staged.Stream);
            foreach (var (name, module) in left.ToArray())
            {
                var stored = StoredName(shard, name, model.Description.OptionalPrefix);
                if (stored is not null)
                {
                    types.Add(WriteMerged(shard, stored, linears[module.Name].Weight, module, adapter.Scale, staged.Stream));
                    left.Remove(name);
                }
            }

            staged.Commit(Path.Combine(folder, Path.GetFileName(path)));
        }

        return left.Count == 0
            ? [.. types]
            : throw new CheckpointException($"{model.Path}: tensor '{left.Keys.First()}' is in none of the weight files.");
    }

    private static void Copy(SafetensorsFile shard, FileStream output)
    {
        const int Piece = 1 << 24;
        using var bytes = shard.Mapping.Borrow();
        for (long start = 0; start < shard.Length; start += Piece)
        {
            output.Write(bytes.Slice(start, (int)Math.Min(Piece, shard.Length - start)));
        }
    }

    private static string? StoredName(SafetensorsFile shard, string name, string? optionalPrefix) =>
        shard.Tensors.ContainsKey(name) ? name
        : optionalPrefix is not null
        && name.StartsWith(optionalPrefix, StringComparison.Ordinal)
        && shard.Tensors.ContainsKey(name[optionalPrefix.Length..])
            ? name[optionalPrefix.Length..]
        : null;

    private static string WriteMerged(
        SafetensorsFile shard,
        string stored,
        ModelTensor weight,
        LoraModule module,
        double scale,
        FileStream output
    )
    {
        var tensor = shard.Tensors[stored];
        var type = tensor.DType switch
        {
            SafetensorsType.F32 => GgufTensorType.F32,
            SafetensorsType.F16 => GgufTensorType.F16,
            SafetensorsType.BF16 => GgufTensorType.BF16,
            SafetensorsType.F64 => GgufTensorType.F64,
            _ => throw new CheckpointException($"{shard.Path}: tensor '{stored}': {tensor.DType} cannot be merged."),
        };
        var isTransposed = weight.HuggingFaceForm switch
        {
            StoredForm.AsRead => false,
            StoredForm.Transposed => true,
            var form => throw new CheckpointException(
                $"{shard.Path}: tensor '{stored}' is stored in a form that cannot be merged ({form})."
            ),
        };

        // A matrix [in, out] takes the transposed product: A and B change places.
        var added = isTransposed ? Transposed(module) : module;
        var product = new LowRankProduct(added, added.B, scale);
        output.Position = tensor.Offset;
        MergedRows.Write(
            product,
            (start, values) => shard.ReadFloat32(stored, start, values),
            type,
            output,
            $"{shard.Path}: tensor '{stored}': with the adapter, a value is no number or too large for {tensor.DType}."
        );
        output.Position = output.Length;
        return SafetensorsTypes.NameOf(tensor.DType);
    }

    /// <summary>The pair with its sides changed: what was B [out, r] is now A [r, out].</summary>
    private static LoraModule Transposed(LoraModule module) =>
        new(
            module.Name,
            module.Rank,
            module.OutputSize,
            module.InputSize,
            Turned(module.B, module.OutputSize, module.Rank),
            Turned(module.A, module.Rank, module.InputSize)
        );

    private static float[] Turned(float[] values, int rows, int columns)
    {
        var turned = new float[values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                turned[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return turned;
    }

    private static (IReadOnlyList<string> Copied, IReadOnlyList<string> LeftOut) CopyOthers(string from, string to)
    {
        var copied = new List<string>();
        List<string> leftOut =
        [
            .. Directory.GetDirectories(from).Select(folder => Path.GetFileName(folder) + "/").Order(StringComparer.Ordinal),
        ];
        foreach (var path in Directory.GetFiles(from).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (File.Exists(Path.Combine(to, name)))
            {
                continue;
            }

            var isMeant =
                s_copiedExtensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase)
                || s_copiedNames.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
            if (!isMeant || name.EndsWith(Shards, StringComparison.Ordinal))
            {
                leftOut.Add(name);
                continue;
            }

            AtomicFile.Write(
                Path.Combine(to, name),
                stream =>
                {
                    using var source = File.OpenRead(path);
                    source.CopyTo(stream);
                }
            );
            copied.Add(name);
        }

        return (copied, leftOut);
    }
}
