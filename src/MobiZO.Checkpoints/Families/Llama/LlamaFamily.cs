using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Llama;

/// <summary>Llama 1 to 3.2, SmolLM2, TinyLlama and others of their shape.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_llama.py</c>; names and row order in GGUF files: llama.cpp's converter.
/// </remarks>
internal sealed class LlamaFamily : IModelFamily
{
    public string ModelType => "llama";

    public string? GgufArchitecture => "llama";

    public FamilyFacts Facts { get; } =
        new("Llama 1 to 3.2, SmolLM2, TinyLlama, ...", "biases where the config announces them", "self_attn.o_proj");

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
            HasMlpBias = source.HasTensors(new("mlp_bias", null), "blk.0.ffn_gate.bias"),
            GgufRotaryForm = StoredForm.PairedRows,
        }.Describe();
    }
}
