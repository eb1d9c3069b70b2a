using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Olmo2;

/// <summary>OLMo 2: norms behind attention and MLP alone, queries and keys normed over all heads together.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_olmo2.py</c>; names in GGUF files: llama.cpp's converter. It calls OLMo 3 by
/// the same name, but with a window, which is refused.
/// </remarks>
internal sealed class Olmo2Family : IModelFamily
{
    public string ModelType => "olmo2";

    public string? GgufArchitecture => "olmo2";

    public FamilyFacts Facts { get; } = new("OLMo 2", "norms behind alone, queries and keys normed over all heads", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        bool hasAttentionBias = source.HasTensors(new("attention_bias", null), "blk.0.attn_q.bias");
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension),
            HasQueryKeyValueBias = hasAttentionBias,
            HasOutputBias = hasAttentionBias,
            Norms = NormPlaces.Behind,
            HeadNorms = HeadNorms.AllHeads,
        }.Describe();
    }
}
