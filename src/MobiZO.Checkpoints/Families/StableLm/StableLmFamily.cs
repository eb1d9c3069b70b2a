using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.StableLm;

/// <summary>StableLM 3B and StableLM 2 1.6B: as Llama with LayerNorms, and a part of each head rotated.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_stablelm.py</c>; names in GGUF files: llama.cpp's converter. StableLM 2 12B
/// norms each head with a weight of its own (<c>qk_layernorm</c>) and is refused.
/// </remarks>
internal sealed class StableLmFamily : IModelFamily
{
    public string ModelType => "stablelm";

    public string? GgufArchitecture => "stablelm";

    public FamilyFacts Facts { get; } = new("StableLM 3B, StableLM 2 1.6B", "LayerNorm, a part of each head rotated", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        source.RequireOff(new("qk_layernorm", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        ModelDescription model = new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.OptionalPositiveNumber(new("layer_norm_eps", "attention.layer_norm_epsilon")) ?? 1e-5,
            Rotary = source.Rotary(config.HeadDimension, new RotaryKeys { Part = "partial_rotary_factor", DefaultPart = 0.25 }),
            HasQueryKeyValueBias = source.HasTensors(new("use_qkv_bias", null), "blk.0.attn_q.bias"),
        }
            .Describe()
            .WithLayerNorms();

        // GGUF files have a flag too, but old ones say true of every model; the norm is there when the parts are in sequence.
        bool isParallel =
            source.OptionalFlag(new("use_parallel_residual", null))
            ?? !source.HasTensors(new(null, null), "blk.0.ffn_norm.weight", whenAbsent: true);
        return isParallel
            ? model with
            {
                Layers = [.. model.Layers.Select(layer => layer with { IsParallel = true, MlpNorm = null })],
            }
            : model;
    }
}
