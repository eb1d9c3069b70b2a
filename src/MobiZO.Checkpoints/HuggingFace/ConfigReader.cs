using System.Text.Json;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.HuggingFace;

/// <summary>Reads <c>config.json</c> in the layout of published checkpoints and in the one transformers 5 writes.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_llama.py</c>.</remarks>
internal static class ConfigReader
{
    private const string SupportedModels = "llama";
    private const string SupportedRopes = "default, linear or llama3";

    /// <param name="path">The file.</param>
    /// <param name="generationPath">A <c>generation_config.json</c> whose end-of-sequence ids are added, or null.</param>
    /// <exception cref="CheckpointException">A value is missing, wrong or not supported.</exception>
    public static ModelConfig Read(string path, string? generationPath = null)
    {
        JsonSection json = JsonSection.ReadFile(path);
        string modelType = json.Text("model_type");
        if (modelType != "llama")
        {
            throw json.Bad("model_type", $"a supported architecture ({SupportedModels})");
        }

        RefuseWhatChangesTheMath(json);
        int hidden = json.Int32("hidden_size", 1);
        int heads = json.Int32("num_attention_heads", 1);
        int keyValueHeads = json.OptionalInt32("num_key_value_heads", 1) ?? heads;
        int headDimension = json.OptionalInt32("head_dim", 1) ?? ConfigRules.HeadDimension(path, ("hidden_size", hidden), ("num_attention_heads", heads));
        ConfigRules.CheckHeads(path, ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads), ("head_dim", headDimension));
        int vocabulary = json.Int32("vocab_size", 1);

        return new ModelConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize = json.Int32("intermediate_size", 1),
            LayerCount = json.Int32("num_hidden_layers", 1),
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            VocabularySize = vocabulary,
            MaxPositions = json.Int32("max_position_embeddings", 1),
            RmsNormEpsilon = json.PositiveNumber("rms_norm_eps"),
            Rope = ReadRope(json, headDimension),
            AttentionBias = json.Flag("attention_bias"),
            MlpBias = json.Flag("mlp_bias"),
            TieWordEmbeddings = json.Flag("tie_word_embeddings"),
            BosTokenId = json.OptionalInt32("bos_token_id", 0, vocabulary - 1),
            EosTokenIds = ReadEndIds(json, generationPath, vocabulary),
        };
    }

    private static void RefuseWhatChangesTheMath(JsonSection json)
    {
        if (json.Has("hidden_act") && json.Text("hidden_act") is not ("silu" or "swish"))
        {
            throw json.Bad("hidden_act", "silu");
        }

        if (json.Has("quantization_config"))
        {
            throw json.Bad("quantization_config", "no quantised safetensors (use the original checkpoint, or a GGUF file)");
        }

        if (json.OptionalPositiveNumber("partial_rotary_factor") is not (null or 1))
        {
            throw json.Bad("partial_rotary_factor", "1");
        }
    }

    private static int[] ReadEndIds(JsonSection json, string? generationPath, int vocabulary)
    {
        int[] ids = json.Int32OrList("eos_token_id", 0, vocabulary - 1);
        return generationPath is null ? ids : [.. ids.Union(JsonSection.ReadFile(generationPath).Int32OrList("eos_token_id", 0, vocabulary - 1))];
    }

    private static RopeConfig ReadRope(JsonSection json, int headDimension)
    {
        JsonSection? parameters = json.OptionalSection("rope_parameters") ?? json.OptionalSection("rope_scaling");
        double theta = parameters?.OptionalPositiveNumber("rope_theta") ?? json.OptionalPositiveNumber("rope_theta") ?? 10000;
        if (parameters is null)
        {
            return RopeFrequencies.Default(theta, headDimension);
        }

        if (parameters.OptionalPositiveNumber("partial_rotary_factor") is not (null or 1))
        {
            throw parameters.Bad("partial_rotary_factor", "1");
        }

        string key = parameters.Has("rope_type") || !parameters.Has("type") ? "rope_type" : "type";
        return (parameters.OptionalText(key) ?? "default") switch
        {
            "default" => RopeFrequencies.Default(theta, headDimension),
            "linear" => RopeFrequencies.Linear(theta, headDimension, ReadFactor(parameters)),
            "llama3" => RopeFrequencies.Llama3(theta, headDimension, ReadLlama3(parameters)),
            _ => throw parameters.Bad(key, $"a supported scaling ({SupportedRopes})"),
        };
    }

    private static double ReadFactor(JsonSection parameters) =>
        parameters.PositiveNumber("factor") is var factor and >= 1 ? factor : throw parameters.Bad("factor", "a number from 1 up");

    private static Llama3Scaling ReadLlama3(JsonSection parameters)
    {
        var scaling = new Llama3Scaling(
            ReadFactor(parameters),
            parameters.PositiveNumber("low_freq_factor"),
            parameters.PositiveNumber("high_freq_factor"),
            parameters.Int32("original_max_position_embeddings", 1));
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw parameters.Bad("high_freq_factor", $"more than low_freq_factor = {JsonSerializer.Serialize(scaling.LowFrequencyFactor)}");
    }
}
