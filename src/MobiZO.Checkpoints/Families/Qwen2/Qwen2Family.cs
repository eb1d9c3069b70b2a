using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Qwen2;

/// <summary>Qwen2 and Qwen2.5: biases on queries, keys and values alone.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_qwen2.py</c>; names in GGUF files: llama.cpp's converter.</remarks>
internal sealed class Qwen2Family : IModelFamily
{
    public string ModelType => "qwen2";

    public string? GgufArchitecture => "qwen2";

    public FamilyFacts Facts { get; } = new("Qwen2, Qwen2.5", "biases of queries, keys and values", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        source.RequireOff(new("use_sliding_window", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        LayerPatterns.Require(source, config.LayerCount, LayerPatterns.Whole);
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension),
            HasQueryKeyValueBias = true,
        }.Describe();
    }
}
