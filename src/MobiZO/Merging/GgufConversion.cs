using System.Globalization;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Merging;

/// <summary>
/// Writes a Hugging Face folder as a GGUF file: names and order of rows as llama.cpp's converter has them, metadata, tokenizer and chat
/// template. What is written is read back and compared; what such a file cannot say is refused by name.
/// </summary>
public static class GgufConversion
{
    private const int PieceElements = 1 << 22;

    /// <summary>Writes the file: whole, or not at all.</summary>
    /// <param name="model">A Hugging Face folder.</param>
    /// <param name="adapter">An adapter of scope all that is added to the matrices; null: none.</param>
    /// <param name="output">A new file.</param>
    /// <param name="type">How matrices are written; by default in the float type that they are stored in. Vectors are F32.</param>
    /// <exception cref="FineTuneException">The adapter does not fit, or the output is there already.</exception>
    /// <exception cref="CheckpointException">The model has no such form, or a value is too large for the type.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public static MergeResult Write(Checkpoint model, LoraAdapter? adapter, string output, MergedType type = MergedType.Auto)
    {
        ArgumentNullException.ThrowIfNull(model);
        AdapterMerge.Check(output, model.Path);
        if (model.Format != CheckpointFormat.HuggingFace)
        {
            throw new CheckpointException($"{model.Path}: expected a Hugging Face folder, found a GGUF file.");
        }

        if (adapter is not null)
        {
            AdapterMerge.RequireMergeable(model, adapter);
        }

        var (architecture, facts) = ConfigReader.ReadAsMetadata(Path.Combine(model.Path, HuggingFaceFolder.ConfigFile));
        var writer = new GgufWriter();
        AddMetadata(writer, model, architecture, facts.Values);
        foreach (var (key, value) in new GgufVocabularyOfFolder(model).Metadata)
        {
            writer.Add(key, value);
        }

        if (facts.RotaryDivisors is { } divisors)
        {
            writer.AddTensor(
                "rope_freqs.weight",
                GgufTensorType.F32,
                [divisors.Length],
                divisors.LongLength * sizeof(float),
                stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(divisors.AsSpan()))
            );
        }

        var linears = model.Description.Layers.SelectMany(layer => layer.Linears);
        var weights = linears.ToDictionary(linear => linear.Module, linear => linear.Weight.Name, StringComparer.Ordinal);
        var modules = (adapter?.Modules ?? []).ToDictionary(module => weights[module.Name], StringComparer.Ordinal);
        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tensor in model.Description.Tensors)
        {
            types.Add(Add(writer, model, tensor, modules.GetValueOrDefault(tensor.Name), adapter?.Scale ?? 0, type).ToString());
        }

        WriteChecked(writer, model, output);
        return new MergeResult(output, modules.Count, [.. types], [], []);
    }

    private static void AddMetadata(GgufWriter writer, Checkpoint model, string architecture, IReadOnlyDictionary<string, object> facts)
    {
        var config = model.Config;
        var values = new OrderedDictionary<string, object>(facts, StringComparer.Ordinal)
        {
            ["block_count"] = (uint)config.LayerCount,
            ["context_length"] = (uint)config.MaxPositions,
            ["embedding_length"] = (uint)config.HiddenSize,
            ["feed_forward_length"] = (uint)config.IntermediateSize,
            ["attention.head_count"] = (uint)config.HeadCount,
            ["attention.head_count_kv"] = (uint)config.KeyValueHeadCount,
            ["attention.key_length"] = (uint)config.HeadDimension,
            ["attention.value_length"] = (uint)config.HeadDimension,
            ["vocab_size"] = (uint)config.VocabularySize,
        };
        writer.AddText("general.architecture", architecture);
        writer.AddText("general.name", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Path))));
        foreach (var (key, value) in values)
        {
            writer.Add($"{architecture}.{key}", value);
        }
    }

    private static GgufTensorType Add(
        GgufWriter writer,
        Checkpoint model,
        ModelTensor tensor,
        LoraModule? module,
        double scale,
        MergedType type
    )
    {
        if (tensor.GgufName is null || !(tensor.GgufForm == StoredForm.AsRead || StoredRows.AreMoved(tensor)))
        {
            throw new CheckpointException($"{model.Path}: tensor '{tensor.Name}' has no form in GGUF files.");
        }

        var (rows, columns) = tensor.Shape is [var height, var width] ? (height, width) : (1, tensor.Shape[0]);
        var into = TypeOf(model, tensor, type);
        var product = module is null ? null : new LowRankProduct(module, module.B, scale);
        writer.AddTensor(
            tensor.GgufName,
            into,
            [.. tensor.Shape.Select(extent => (long)extent)],
            (long)StoredNumbers.BytesOf(into, columns) * rows,
            stream =>
            {
                foreach (var values in Pieces(model, tensor, product, rows, columns))
                {
                    var bytes = new byte[StoredNumbers.BytesOf(into, values.Length)];
                    if (!StoredNumbers.TryWrite(into, values, bytes))
                    {
                        throw new CheckpointException(
                            $"{model.Path}: tensor '{tensor.Name}': a value is no number or too large for {into}. Use F32."
                        );
                    }

                    stream.Write(bytes);
                }
            }
        );
        return into;
    }

    /// <summary>Whole rows in the order of the file.</summary>
    private static IEnumerable<float[]> Pieces(Checkpoint model, ModelTensor tensor, LowRankProduct? product, int rows, int columns)
    {
        // Rows that lie elsewhere in the file need the matrix at once.
        var isMoved = StoredRows.AreMoved(tensor);
        var count = isMoved ? rows : Math.Max(1, PieceElements / columns);
        for (var row = 0; row < rows; row += count)
        {
            var values = new float[Math.Min(count, rows - row) * columns];
            model.Read(tensor.Name, (long)row * columns, values);
            product?.AddTo(row, values);
            yield return isMoved ? GgufModules.ToStored(tensor, values, values.Length / tensor.Shape[0]) : values;
        }
    }

    private static GgufTensorType TypeOf(Checkpoint model, ModelTensor tensor, MergedType type)
    {
        if (tensor.Shape.Count < 2 || tensor.Role == TensorRole.Positions)
        {
            return GgufTensorType.F32;
        }

        // Every answer depends on the table of tokens: it keeps 8 bits.
        var (columns, isTable) = (tensor.Shape[^1], tensor.Role is TensorRole.Embedding or TensorRole.Head);
        return type switch
        {
            MergedType.F32 => GgufTensorType.F32,
            MergedType.F16 => GgufTensorType.F16,
            MergedType.Q4_K when !isTable && columns % FourBitSuperBlockWriter.Elements == 0 => GgufTensorType.Q4_K,
            MergedType.Q4_K or MergedType.Q8_0 => columns % BlockLayout.Elements == 0 ? GgufTensorType.Q8_0 : GgufTensorType.F16,
            _ => model.Tensors[tensor.Name].StoredType switch
            {
                "F16" => GgufTensorType.F16,
                "BF16" => GgufTensorType.BF16,
                _ => GgufTensorType.F32,
            },
        };
    }

    private static string? Difference(Checkpoint model, string file)
    {
        try
        {
            using var written = Checkpoint.Open(file);
            return DescriptionDifference.Find(model.Description, written.Description);
        }
        catch (CheckpointException error)
        {
            return error.Message.Replace(file + ": ", "", StringComparison.Ordinal).TrimEnd('.');
        }
    }

    private static void WriteChecked(GgufWriter writer, Checkpoint model, string output)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var beside = string.Create(CultureInfo.InvariantCulture, $"{output}.{Environment.ProcessId}.tmp.gguf");
        try
        {
            writer.Write(beside);
            if (Difference(model, beside) is { } difference)
            {
                throw new CheckpointException(
                    $"{model.Path}: a GGUF file of this family cannot say what the config does: {difference}. Use the folder."
                );
            }

            File.Move(beside, output);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
