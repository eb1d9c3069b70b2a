using System.Text.Encodings.Web;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Adapters;

/// <summary>
/// Adapter folders as the peft library reads and writes them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.
/// </summary>
internal sealed class PeftAdapterFormat : IAdapterFormat
{
    private const string ConfigName = "adapter_config.json";
    private const string WeightsName = "adapter_model.safetensors";

    /// <summary>The files of such a folder as it is written here.</summary>
    public static readonly IReadOnlyList<string> FileNames = [ConfigName, WeightsName, BaseFile.Name];

    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";

    public AdapterFormat Format => AdapterFormat.Peft;

    public string Description => $"a peft folder with {ConfigName} and {WeightsName}";

    public bool CanRead(string path) => File.Exists(Path.Combine(path, ConfigName));

    /// <summary>Modules come in the natural order of their names; weights of any float type become fp32.</summary>
    public LoraAdapter Read(string path, ModelDescription? model)
    {
        var config = PeftConfig.Read(Path.Combine(path, ConfigName));
        var weightsPath = Path.Combine(path, WeightsName);
        if (!File.Exists(weightsPath) && File.Exists(Path.Combine(path, "adapter_model.bin")))
        {
            throw new CheckpointException(
                $"{weightsPath}: missing; the folder has adapter_model.bin, which may run code when read. Save the adapter again as "
                    + $"safetensors"
            );
        }

        using var file = SafetensorsFile.Open(weightsPath);
        var adapter = new LoraAdapter
        {
            Rank = config.Rank,
            Alpha = config.Alpha,
            IsRankStabilized = config.IsRankStabilized,
            IsFanInFanOut = config.IsFanInFanOut,
            InvocationTokens = config.InvocationTokens,
            BaseModel = config.BaseModel,
            Base = BaseFile.Read(path),
            TargetModules = config.Targets.Endings,
            LayersToTransform = config.Targets.Layers,
            Modules = ReadModules(file, config),
        };
        return config.HasPatterns ? Uniform(adapter, config) : adapter;
    }

    public void Write(LoraAdapter adapter, string path, ModelDescription? model)
    {
        var tensors = adapter.Modules.SelectMany(module =>
            new[]
            {
                ($"{Prefix}{module.Name}{SuffixA}", new[] { module.Rank, module.InputSize }, module.A),
                ($"{Prefix}{module.Name}{SuffixB}", new[] { module.OutputSize, module.Rank }, module.B),
            }
        );
        try
        {
            Directory.CreateDirectory(path);
            SafetensorsWriter.Write(Path.Combine(path, WeightsName), [.. tensors], new Dictionary<string, string> { ["format"] = "pt" });
            BaseFile.Write(path, adapter.Base);
            AtomicFile.Write(Path.Combine(path, ConfigName), stream => WriteConfig(adapter, stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the adapter could not be written: {error.Message}", error);
        }
    }

    /// <summary>Modules with ranks or alphas of their own, brought to one.</summary>
    private static LoraAdapter Uniform(LoraAdapter adapter, PeftConfig config)
    {
        var modules = adapter.Modules.Select(module => (module, config.ScaleOf(module.Name))).ToArray();
        var (rank, scale, uniform) = UniformModules.Of(modules, adapter.Scale);
        return adapter with { Rank = rank, Alpha = (float)(scale * rank), IsRankStabilized = false, Modules = uniform };
    }

    private static List<LoraModule> ReadModules(SafetensorsFile file, PeftConfig config)
    {
        var names = new SortedSet<string>(NaturalOrder.Instance);
        foreach (var key in file.Tensors.Keys)
        {
            var suffix =
                key.EndsWith(SuffixA, StringComparison.Ordinal) ? SuffixA
                : key.EndsWith(SuffixB, StringComparison.Ordinal) ? SuffixB
                : null;
            if (suffix is null || !key.StartsWith(Prefix, StringComparison.Ordinal) || key.Length <= Prefix.Length + suffix.Length)
            {
                throw new CheckpointException(
                    $"{file.Path}: tensor '{key}': expected only {Prefix}<module>{SuffixA} and {SuffixB}; adapters with other tensors "
                        + $"are not supported"
                );
            }

            names.Add(key[Prefix.Length..^suffix.Length]);
        }

        return names.Count > 0
            ? [.. names.Select(name => ReadModule(file, name, config))]
            : throw new CheckpointException($"{file.Path}: expected the tensors of a LoRA adapter, found none");
    }

    private static LoraModule ReadModule(SafetensorsFile file, string name, PeftConfig config)
    {
        if (!config.Targets.Contains(name))
        {
            throw new CheckpointException(
                $"{file.Path}: module '{name}': expected only modules that target_modules, layers_to_transform and exclude_modules in "
                    + $"{ConfigName} choose, found this one, which peft would leave out. Add it to target_modules, or remove its tensors."
            );
        }

        var rank = config.RankOf(name);
        var (rankOfA, inputSize) = Shape(file, $"{Prefix}{name}{SuffixA}");
        var (outputSize, rankOfB) = Shape(file, $"{Prefix}{name}{SuffixB}");
        if (rankOfA != rank || rankOfB != rank)
        {
            throw new CheckpointException(
                $"{file.Path}: module '{name}': expected A [{rank}, in] and B [out, {rank}] as 'r' or 'rank_pattern' in {ConfigName} says, "
                    + $"found [{rankOfA}, {inputSize}] and [{outputSize}, {rankOfB}]"
            );
        }

        return new LoraModule(
            name,
            rank,
            inputSize,
            outputSize,
            file.ReadFloat32($"{Prefix}{name}{SuffixA}"),
            file.ReadFloat32($"{Prefix}{name}{SuffixB}")
        );
    }

    private static (int Rows, int Columns) Shape(SafetensorsFile file, string key)
    {
        if (!file.Tensors.TryGetValue(key, out var tensor))
        {
            throw new CheckpointException($"{file.Path}: tensor '{key}' is missing; the module has only the other half of its pair");
        }

        return
            tensor.Shape is [>= 1 and <= int.MaxValue and var rows, >= 1 and <= int.MaxValue and var columns]
            && rows * columns <= Array.MaxLength
            ? ((int)rows, (int)columns)
            : throw new CheckpointException(
                $"{file.Path}: tensor '{key}': expected two dimensions, found [{string.Join(", ", tensor.Shape)}]"
            );
    }

    private static void WriteConfig(LoraAdapter adapter, Stream stream)
    {
        using var writer = new Utf8JsonWriter(
            stream,
            new JsonWriterOptions
            {
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
        writer.WriteStartObject();
        if (adapter.InvocationTokens.Count > 0)
        {
            // Only then: versions of peft from before activated LoRA do not know the key.
            WriteList(writer, "alora_invocation_tokens", adapter.InvocationTokens);
        }

        WriteEmptyObject(writer, "alpha_pattern");
        writer.WriteNull("auto_mapping");
        writer.WriteString("base_model_name_or_path", adapter.BaseModel);
        writer.WriteString("bias", "none");
        writer.WriteBoolean("fan_in_fan_out", adapter.IsFanInFanOut);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteBoolean("init_lora_weights", true);
        writer.WriteNull("layers_pattern");
        WriteList(writer, "layers_to_transform", adapter.LayersToTransform);
        writer.WriteNumber("lora_alpha", adapter.Alpha);
        writer.WriteNumber("lora_dropout", 0.0);
        writer.WriteNull("modules_to_save");
        writer.WriteString("peft_type", "LORA");
        writer.WriteNumber("r", adapter.Rank);
        WriteEmptyObject(writer, "rank_pattern");
        writer.WriteNull("revision");
        writer.WriteStartArray("target_modules");
        foreach (var target in adapter.TargetModules.Count > 0 ? adapter.TargetModules : adapter.Modules.Select(module => module.Name))
        {
            writer.WriteStringValue(target);
        }

        writer.WriteEndArray();
        writer.WriteString("task_type", "CAUSAL_LM");
        writer.WriteBoolean("use_dora", false);
        writer.WriteBoolean("use_rslora", adapter.IsRankStabilized);
        writer.WriteEndObject();
    }

    private static void WriteEmptyObject(Utf8JsonWriter writer, string key)
    {
        writer.WriteStartObject(key);
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string key, IReadOnlyList<int>? values)
    {
        if (values is null)
        {
            writer.WriteNull(key);
            return;
        }

        writer.WriteStartArray(key);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
