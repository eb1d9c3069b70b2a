using System.Text.Json;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>A <c>config.json</c>, in the layout of published checkpoints or in the one transformers 5 writes.</summary>
/// <remarks>Source of the rotary keys: transformers, <c>modeling_rope_utils.py</c>.</remarks>
internal sealed class JsonConfigSource : ConfigSource
{
    private const string SupportedRopes = "default, linear or llama3";
    private const string PartialFactor = "partial_rotary_factor";
    private const string RotaryParametersKey = "rope_parameters";

    private static readonly string[] s_ropeKeys =
    [
        "rope_type",
        "type",
        "rope_theta",
        "factor",
        "low_freq_factor",
        "high_freq_factor",
        "original_max_position_embeddings",
        PartialFactor,
    ];

    private readonly JsonSection _json;
    private readonly JsonSection? _generation;

    /// <param name="json">The config.</param>
    /// <param name="generation">A <c>generation_config.json</c> whose end-of-sequence ids are added, or null.</param>
    public JsonConfigSource(JsonSection json, JsonSection? generation = null)
    {
        (_json, _generation) = (json, generation);
        if (json.Has("quantization_config"))
        {
            throw json.Bad("quantization_config", "no quantised safetensors (use the original checkpoint, or a GGUF file)");
        }
    }

    public override string File => _json.File;

    public override bool Has(ConfigKey key) => key.Json is { } name && _json.Has(name);

    public override bool IsWritten(ConfigKey key) => key.Json is { } name && _json.IsWritten(name);

    public override T WhenAbsent<T>(T json, T gguf) => json;

    public override int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue) =>
        key.Json is { } name ? _json.OptionalInt32(name, minimum, maximum) : null;

    public override double? OptionalPositiveNumber(ConfigKey key) => key.Json is { } name ? _json.OptionalPositiveNumber(name) : null;

    public override bool? OptionalFlag(ConfigKey key) => Has(key) ? _json.Flag(key.Json!) : null;

    public override string? OptionalText(ConfigKey key) => key.Json is { } name ? _json.OptionalText(name) : null;

    public override IReadOnlyList<string>? OptionalTexts(ConfigKey key) => key.Json is { } name ? _json.OptionalTexts(name) : null;

    public override IReadOnlyList<int>? OptionalInt32s(ConfigKey key, int minimum, int maximum) =>
        Has(key) ? _json.Int32OrList(key.Json!, minimum, maximum) : null;

    public override bool HasTensors(ConfigKey key, string tensor, bool whenAbsent = false) => OptionalFlag(key) ?? whenAbsent;

    public override CheckpointException Bad(ConfigKey key, string expected) => _json.Bad(NameOf(key), expected);

    public override string NameOf(ConfigKey key) => key.Json ?? key.Gguf ?? "";

    public override RotaryDescription Rotary(int headDimension, RotaryKeys? keys = null)
    {
        keys ??= new RotaryKeys();
        RefusePartial(_json);
        JsonSection? parameters = RotaryParameters(keys);
        double theta = parameters?.OptionalPositiveNumber("rope_theta") ?? OptionalPositiveNumber(keys.Theta) ?? keys.DefaultTheta;
        if (parameters is null)
        {
            return RopeFrequencies.Default(theta, headDimension);
        }

        RefusePartial(parameters);
        RefuseUnknown(parameters);
        string key = parameters.Has("rope_type") || !parameters.Has("type") ? "rope_type" : "type";
        return (parameters.OptionalText(key) ?? "default") switch
        {
            "default" when parameters.OptionalPositiveNumber("factor") is not (null or 1) => throw parameters.Bad(
                "factor",
                $"1 without a scaling ({key}: linear or llama3)"
            ),
            "default" => RopeFrequencies.Default(theta, headDimension),
            "linear" => RopeFrequencies.Linear(theta, headDimension, ReadFactor(parameters)),
            "llama3" => RopeFrequencies.Llama3(theta, headDimension, ReadLlama3(parameters)),
            _ => throw parameters.Bad(key, $"a supported scaling ({SupportedRopes})"),
        };
    }

    /// <summary>What transformers 5 writes, by kind of layer where a family has two; else what was published before.</summary>
    private JsonSection? RotaryParameters(RotaryKeys keys)
    {
        if (_json.OptionalSection(RotaryParametersKey) is not { } all)
        {
            return keys.IsScaled ? _json.OptionalSection("rope_scaling") : null;
        }

        if (keys.Section is null)
        {
            return all;
        }

        return all.Keys.FirstOrDefault(key => key is not (LayerPatterns.Whole or LayerPatterns.Local)) is { } other
            ? throw all.Bad(other, $"only {LayerPatterns.Whole} and {LayerPatterns.Local}")
            : all.OptionalSection(keys.Section);
    }

    private protected override int VocabularySize(ConfigKey key) => _json.Int32(NameOf(key), 1);

    private protected override bool IsTied(bool whenAbsent) =>
        _json.Has("tie_word_embeddings") ? _json.Flag("tie_word_embeddings") : whenAbsent;

    private protected override int? BosId(int vocabulary) => _json.OptionalInt32("bos_token_id", 0, vocabulary - 1);

    private protected override IReadOnlyList<int> EosIds(int vocabulary)
    {
        int[] ids = _json.Int32OrList("eos_token_id", 0, vocabulary - 1);
        return _generation is null ? ids : [.. ids.Union(_generation.Int32OrList("eos_token_id", 0, vocabulary - 1))];
    }

    // A setting of a scaling that is not known would be left out in silence.
    private static void RefuseUnknown(JsonSection parameters)
    {
        if (parameters.Keys.FirstOrDefault(key => !s_ropeKeys.Contains(key) && parameters.Has(key)) is { } unknown)
        {
            throw parameters.Bad(unknown, $"only {string.Join(", ", s_ropeKeys)}");
        }

        if (parameters.Has("rope_type") && parameters.Has("type") && parameters.Text("rope_type") != parameters.Text("type"))
        {
            throw parameters.Bad("type", $"the same as rope_type, '{parameters.Text("rope_type")}'");
        }
    }

    private static void RefusePartial(JsonSection section)
    {
        if (section.OptionalPositiveNumber(PartialFactor) is not (null or 1))
        {
            throw section.Bad(PartialFactor, "1");
        }
    }

    private static double ReadFactor(JsonSection parameters) =>
        parameters.PositiveNumber("factor") is var factor and >= 1 ? factor : throw parameters.Bad("factor", "a number from 1 up");

    private static Llama3Scaling ReadLlama3(JsonSection parameters)
    {
        var scaling = new Llama3Scaling(
            ReadFactor(parameters),
            parameters.PositiveNumber("low_freq_factor"),
            parameters.PositiveNumber("high_freq_factor"),
            parameters.Int32("original_max_position_embeddings", 1)
        );
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw parameters.Bad(
                "high_freq_factor",
                $"more than low_freq_factor = {JsonSerializer.Serialize(scaling.LowFrequencyFactor)}"
            );
    }
}
