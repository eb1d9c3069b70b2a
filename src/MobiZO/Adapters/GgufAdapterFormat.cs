using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;

namespace MobiZO.Adapters;

/// <summary>
/// Adapters as llama.cpp reads them: a GGUF file with <c>general.type</c> adapter and <c>adapter.type</c> lora; to the weight
/// <c>blk.0.attn_q.weight</c> belong <c>blk.0.attn_q.weight.lora_a</c> [r, in] and <c>.lora_b</c> [out, r], whose rows are those of the
/// stored weight. The product is scaled by <c>adapter.lora.alpha</c> / r, or not at all where that is absent or 0.
/// </summary>
/// <remarks>Source: llama.cpp, <c>convert_lora_to_gguf.py</c> and <c>llama-adapter.cpp</c>.</remarks>
internal sealed class GgufAdapterFormat : IAdapterFormat
{
    private const string Extension = ".gguf";
    private const string SuffixA = ".lora_a";
    private const string SuffixB = ".lora_b";
    private const string ArchitectureKey = "general.architecture";
    private const string TypeKey = "general.type";
    private const string AdapterTypeKey = "adapter.type";
    private const string AlphaKey = "adapter.lora.alpha";
    private const string InvocationKey = "adapter.alora.invocation_tokens";
    private const string BasePrefix = "mobizo.base.";

    public AdapterFormat Format => AdapterFormat.Gguf;

    public string Description => "a GGUF file of llama.cpp (.gguf)";

    public bool CanRead(string path) => File.Exists(path) && path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Modules come in the natural order of their names; weights of any type that can be read become fp32.</summary>
    public LoraAdapter Read(string path, ModelDescription? model)
    {
        using var file = GgufFile.Open(path);
        var metadata = file.Metadata;
        RequireText(metadata, TypeKey, "adapter");
        RequireText(metadata, AdapterTypeKey, "lora");
        if (model is null)
        {
            throw new CheckpointException(
                $"{path}: an adapter in GGUF names tensors of a model, whose modules only the model tells. Give the model as well."
            );
        }

        var modules = new GgufModules(model);
        RequireText(metadata, ArchitectureKey, modules.Architecture);
        var alpha = metadata.OptionalNumber(AlphaKey) ?? 0;
        var read = ReadModules(file, modules).OrderBy(module => module.Name, NaturalOrder.Instance).ToArray();
        if (read.Length == 0)
        {
            throw new CheckpointException($"{path}: expected the tensors of a LoRA adapter, found none");
        }

        double ScaleOf(int rank) => alpha == 0 ? 1 : alpha / rank;
        var uniform = UniformModules.Of(
            [.. read.Select(module => (module, ScaleOf(module.Rank)))],
            ScaleOf(read.Max(module => module.Rank))
        );
        return new LoraAdapter
        {
            Rank = uniform.Rank,
            Alpha = (float)(uniform.Scale * uniform.Rank),
            IsFanInFanOut = read.Any(module => modules.ByModule(module.Name).Weight.HuggingFaceForm == StoredForm.Transposed),
            InvocationTokens = ReadInvocation(metadata),
            BaseModel = metadata.OptionalText($"{BasePrefix}name"),
            Base = ReadBase(metadata),
            Modules = uniform.Modules,
        };
    }

    public void Write(LoraAdapter adapter, string path, ModelDescription? model)
    {
        var modules = new GgufModules(
            model ?? throw new CheckpointException($"{path}: an adapter in GGUF names tensors of a model. Give the model as well.")
        );
        var writer = new GgufWriter();
        writer.AddText(ArchitectureKey, modules.Architecture);
        writer.AddText(TypeKey, "adapter");
        writer.AddText(AdapterTypeKey, "lora");
        WriteScale(writer, adapter);
        if (adapter.InvocationTokens.Count > 0)
        {
            writer.AddUInt32s(InvocationKey, [.. adapter.InvocationTokens]);
        }

        WriteBase(writer, adapter.Base);
        foreach (var module in adapter.Modules)
        {
            var weight = modules.ByModule(module.Name).Weight;
            if (weight.Shape[0] != module.OutputSize || weight.Shape[1] != module.InputSize)
            {
                throw new CheckpointException(
                    $"The adapter's module '{module.Name}' [{module.OutputSize}, {module.InputSize}] does not fit the model: its matrix is "
                        + $"[{string.Join(", ", weight.Shape)}]. Use the model it was made on."
                );
            }

            writer.AddMatrix(weight.GgufName + SuffixA, module.Rank, module.InputSize, module.A);
            writer.AddMatrix(
                weight.GgufName + SuffixB,
                module.OutputSize,
                module.Rank,
                GgufModules.ToStored(weight, module.B, module.Rank)
            );
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        writer.Write(path);
    }

    private static void WriteScale(GgufWriter writer, LoraAdapter adapter)
    {
        // 0 would mean a scale of 1 there.
        var alpha = adapter.IsRankStabilized ? adapter.Scale * adapter.Rank : adapter.Alpha;
        writer.AddFloat32(
            AlphaKey,
            alpha != 0
                ? alpha
                : throw new CheckpointException("lora_alpha is 0: the adapter adds nothing, which a GGUF adapter cannot say.")
        );
    }

    private static void WriteBase(GgufWriter writer, BaseIdentity? identity)
    {
        if (identity is null)
        {
            return;
        }

        (string Key, string? Value)[] pairs =
        [
            ("name", identity.Name),
            ("format", identity.Format),
            ("weights", identity.Weights),
            ("tokenizer", identity.Tokenizer),
            ("template", identity.Template),
        ];
        foreach (var (key, value) in pairs)
        {
            if (value is not null)
            {
                writer.AddText(BasePrefix + key, value);
            }
        }
    }

    private static BaseIdentity? ReadBase(GgufMetadata metadata) =>
        metadata.OptionalText($"{BasePrefix}weights") is { } weights
            ? new BaseIdentity
            {
                Name = metadata.Text($"{BasePrefix}name"),
                Format = metadata.Text($"{BasePrefix}format"),
                Weights = weights,
                Tokenizer = metadata.OptionalText($"{BasePrefix}tokenizer"),
                Template = metadata.OptionalText($"{BasePrefix}template"),
            }
            : null;

    private static int[] ReadInvocation(GgufMetadata metadata)
    {
        var ids = metadata.OptionalIntegers(InvocationKey) ?? [];
        return ids.All(id => id is >= 0 and <= int.MaxValue)
            ? Array.ConvertAll(ids, id => (int)id)
            : throw metadata.Bad(InvocationKey, "ids of tokens");
    }

    private static IEnumerable<LoraModule> ReadModules(GgufFile file, GgufModules modules)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in file.Tensors.Keys)
        {
            var isPart = key.EndsWith(SuffixA, StringComparison.Ordinal) || key.EndsWith(SuffixB, StringComparison.Ordinal);
            if (!isPart || modules.FindByTensor(key[..^SuffixA.Length]) is null)
            {
                throw new CheckpointException(
                    $"{file.Path}: tensor '{key}': expected only <weight>{SuffixA} and <weight>{SuffixB} of linear layers of the model "
                        + $"({modules.Architecture}), found this one. Norms, embeddings and the head are not adapted; "
                        + "or it is an adapter of another model."
                );
            }

            names.Add(key[..^SuffixA.Length]);
        }

        foreach (var name in names)
        {
            yield return ReadModule(file, name, modules.ByModule(modules.FindByTensor(name)!.Module));
        }
    }

    private static LoraModule ReadModule(GgufFile file, string name, LinearDescription linear)
    {
        var (a, rank, inputSize) = ReadMatrix(file, name + SuffixA);
        var (b, outputSize, rankOfB) = ReadMatrix(file, name + SuffixB);
        return rank == rankOfB && inputSize == linear.InputSize && outputSize == linear.OutputSize
            ? new LoraModule(linear.Module, rank, inputSize, outputSize, a, GgufModules.FromStored(linear.Weight, b, rank))
            : throw new CheckpointException(
                $"{file.Path}: tensor '{name}': expected {SuffixA} [r, {linear.InputSize}] and {SuffixB} [{linear.OutputSize}, r] by the model, "
                    + $"found [{rank}, {inputSize}] and [{outputSize}, {rankOfB}]. Is it an adapter of another model?"
            );
    }

    private static (float[] Values, int Rows, int Columns) ReadMatrix(GgufFile file, string name)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor))
        {
            throw new CheckpointException($"{file.Path}: tensor '{name}' is missing; its weight has only the other half of the pair");
        }

        if (tensor.Shape is not [<= int.MaxValue and var rows, <= int.MaxValue and var columns] || rows * columns > Array.MaxLength)
        {
            throw new CheckpointException(
                $"{file.Path}: tensor '{name}': expected two dimensions, found [{string.Join(", ", tensor.Shape)}]"
            );
        }

        if (GgufBlockFormats.Find(tensor.Type) is null)
        {
            throw new CheckpointException(
                $"{file.Path}: tensor '{name}': type {tensor.Type} is not supported. Expected one of {GgufBlockFormats.SupportedNames}."
            );
        }

        var values = new float[rows * columns];
        file.Read(tensor, 0, values);
        return (values, (int)rows, (int)columns);
    }

    private static void RequireText(GgufMetadata metadata, string key, string expected)
    {
        if (metadata.OptionalText(key) != expected)
        {
            throw metadata.Bad(key, $"'{expected}'");
        }
    }
}
