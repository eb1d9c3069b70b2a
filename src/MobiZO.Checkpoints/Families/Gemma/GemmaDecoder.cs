using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Gemma;

/// <summary>
/// What all Gemmas have: norms that compute with 1 + weight (GGUF files hold the sum), embeddings times sqrt(H), a gate of tanh-GELU, and a
/// head that is the embedding unless said.
/// </summary>
internal static class GemmaDecoder
{
    // Old files of Gemma 1 say gelu and mean one form or the other, by the version that wrote them: hidden_activation must say which.
    private const string Activation = "gelu_pytorch_tanh";

    /// <summary>Sizes and special ids. The width of a head must be said: it is not that of the residual stream over the heads.</summary>
    public static ModelConfig Sizes(ConfigSource source, string modelType)
    {
        var keys = new SizeKeys { IsTiedByDefault = true };
        source.Int32(keys.HeadDimension, 1);
        return source.Sizes(modelType, keys);
    }

    /// <summary>The decoder, to which a Gemma adds its own.</summary>
    /// <param name="source">The config.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="rotary">How heads are rotated.</param>
    public static SwiGluDecoder Of(ConfigSource source, ModelConfig config, RotaryDescription rotary)
    {
        ConfigKey activation = new("hidden_activation", null);
        source.RequireText(activation, Activation);
        if (!source.Has(activation))
        {
            source.RequireText(new("hidden_act", null), Activation);
        }

        source.RequireOff(new("use_bidirectional_attention", null));
        bool hasBias = source.HasTensors(new("attention_bias", null), "blk.0.attn_q.bias");
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = rotary,
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
            Activation = ActivationKind.GeluTanh,
            NormForm = StoredForm.LessOne,
        };
    }

    /// <summary>The description, its embeddings scaled.</summary>
    public static ModelDescription Scaled(SwiGluDecoder decoder)
    {
        ModelDescription model = decoder.Describe();
        return model with { Embedding = model.Embedding with { Scale = Math.Sqrt(model.Config.HiddenSize) } };
    }

    /// <summary>
    /// The factor of query times key in Gemma 2 and 3. GGUF files do not say it: llama.cpp takes the width of a head, but for the largest
    /// model of either, which it knows by its number of layers.
    /// </summary>
    /// <param name="source">The config.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="layersOfLargest">Layers of the model whose scale is that of H over the heads.</param>
    public static double AttentionScale(ConfigSource source, ModelConfig config, int layersOfLargest)
    {
        const double usual = 256;
        double ofFile = config.LayerCount == layersOfLargest ? config.HiddenSize / config.HeadCount : config.HeadDimension;
        return 1 / Math.Sqrt(source.OptionalPositiveNumber(new("query_pre_attn_scalar", null)) ?? source.WhenAbsent(usual, ofFile));
    }
}
