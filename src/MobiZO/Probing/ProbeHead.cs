using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Probing;

/// <summary>
/// A logistic probe: labels a text by the hidden states of its last prompt token, and changes nothing of the model. One safetensors file.
/// </summary>
public sealed record ProbeHead
{
    private const string WeightsName = "weights";
    private const string BiasesName = "biases";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal ProbeHead(LinearProbe probe) => Probe = probe;

    /// <summary>Layers in front of the states that it reads.</summary>
    public required int Layer { get; init; }

    /// <summary>The label words, in the order of its classes.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Width of the states.</summary>
    public int HiddenSize => Probe.Weights.Length / Probe.Classes;

    /// <summary>Strength of the L2 penalty that it was fitted with.</summary>
    public required double Penalty { get; init; }

    /// <summary>The files of the model that it was fitted on.</summary>
    public required BaseIdentity Base { get; init; }

    internal LinearProbe Probe { get; }

    /// <summary>Whether a path is the file of a probe, and not an adapter.</summary>
    public static bool IsProbe(string path) => ProbeMark.IsOn(path);

    /// <summary>Reads a probe.</summary>
    /// <param name="path">The file, or the folder of its run.</param>
    /// <exception cref="CheckpointException">The file is missing, damaged or holds something else.</exception>
    public static ProbeHead Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = ProbeMark.FileAt(path);
        using var file = SafetensorsFile.Open(path);
        string Text(string key) =>
            file.Metadata.GetValueOrDefault(key) ?? throw new CheckpointException($"{path}: metadata '{key}' is missing: this is no probe");
        if (Text(ProbeMark.Key) is var format && format != ProbeMark.Format)
        {
            throw new CheckpointException($"{path}: metadata '{ProbeMark.Key}': expected {ProbeMark.Format}, found {format}");
        }

        var words = Json<string[]>("label_words");
        var (weights, biases) = (file.ReadFloat32(WeightsName), file.ReadFloat32(BiasesName));
        if (words.Length < 2 || biases.Length != words.Length || weights.Length == 0 || weights.Length % words.Length != 0)
        {
            throw new CheckpointException(
                $"{path}: {words.Length} label words cannot have {weights.Length} weights and {biases.Length} biases: the file is damaged"
            );
        }

        var head = new ProbeHead(new LinearProbe(words.Length, weights, biases))
        {
            Layer = Json<int>("layer"),
            Words = words,
            Penalty = Json<double>("penalty"),
            Base = Json<BaseIdentity>("base"),
        };
        return head.Sum() == Text("sum")
            ? head
            : throw new CheckpointException($"{path}: the values do not match their checksum: the file is damaged");

        T Json<T>(string key)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(Text(key), s_json) ?? throw new JsonException("it is null");
            }
            catch (JsonException error)
            {
                throw new CheckpointException($"{path}: metadata '{key}' cannot be read: {error.Message}", error);
            }
        }
    }

    /// <summary>Reads a probe and compares the model with the one that it was fitted on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="ignoreBaseMismatch">Whether a model with other files is taken; its states must have the same width.</param>
    /// <param name="cacheFolder">Where hashes of large files are kept; null: the default cache.</param>
    /// <exception cref="CheckpointException">As of <see cref="Load(string)"/>, or the probe was fitted on another model.</exception>
    public static ProbeHead Load(string path, Checkpoint model, bool ignoreBaseMismatch = false, string? cacheFolder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var head = Load(path);
        if (!ignoreBaseMismatch)
        {
            head.Base.Require(BaseIdentity.Of(model, cacheFolder), path, model.Path);
        }

        return head.HiddenSize == model.Config.HiddenSize && head.Layer >= 1 && head.Layer <= model.Config.LayerCount
            ? head
            : throw new CheckpointException(
                $"{path}: the probe reads {head.HiddenSize} values behind layer {head.Layer}; '{model.Path}' has "
                    + $"{model.Config.LayerCount} layers of {model.Config.HiddenSize} values"
            );
    }

    /// <summary>Writes the probe whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void Save(string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ProbeMark.Key] = ProbeMark.Format,
            ["layer"] = Layer.ToString(CultureInfo.InvariantCulture),
            ["label_words"] = JsonSerializer.Serialize(Words, s_json),
            ["penalty"] = JsonSerializer.Serialize(Penalty, s_json),
            ["base"] = JsonSerializer.Serialize(Base, s_json),
            ["sum"] = Sum(),
        };
        SafetensorsWriter.Write(
            path,
            [(WeightsName, [Words.Count, HiddenSize], Probe.Weights), (BiasesName, [Words.Count], Probe.Biases)],
            metadata
        );
    }

    private string Sum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>([Layer]));
        hash.AppendData(MemoryMarshal.AsBytes<float>(Probe.Weights));
        hash.AppendData(MemoryMarshal.AsBytes<float>(Probe.Biases));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
