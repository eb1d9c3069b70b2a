using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Qwen3;

/// <summary>Qwen3 without experts: each head of queries and keys is normed before it is rotated.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_qwen3.py</c>; names in GGUF files: llama.cpp's converter.</remarks>
internal sealed class Qwen3Family : IModelFamily
{
    public string ModelType => "qwen3";

    public string? GgufArchitecture => "qwen3";

    public FamilyFacts Facts { get; } = new("Qwen3 without experts", "each head normed", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        source.RequireOff(new("use_sliding_window", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        LayerPatterns.Require(source, config.LayerCount, LayerPatterns.Whole);
        bool hasAttentionBias = source.HasTensors(new("attention_bias", null), "blk.0.attn_q.bias");
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension),
            HasQueryKeyValueBias = hasAttentionBias,
            HasOutputBias = hasAttentionBias,
            HeadNorms = HeadNorms.EachHead,
        }.Describe();
    }
}
