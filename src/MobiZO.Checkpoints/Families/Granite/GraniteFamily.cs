using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Granite;

/// <summary>Granite 3 without experts: a Llama with four factors.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_granite.py</c>; names, row order and factors of GGUF files: llama.cpp.
/// </remarks>
internal sealed class GraniteFamily : IModelFamily
{
    private static readonly ConfigKey s_isRotated = new(null, "rope.scaling.finetuned");

    public string ModelType => "granite";

    public string? GgufArchitecture => "granite";

    public FamilyFacts Facts { get; } =
        new("Granite 3 without experts", "factors of embeddings, residual stream, scores and logits", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        if (source.OptionalFlag(s_isRotated) == false)
        {
            throw source.Bad(s_isRotated, "true (llama.cpp rotates nothing otherwise)");
        }

        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        bool hasAttentionBias = source.HasTensors(new("attention_bias", null), "blk.0.attn_q.bias");
        double scale =
            source.OptionalPositiveNumber(new("attention_multiplier", "attention.scale"))
            ?? source.WhenAbsent(json: 1, gguf: 1 / Math.Sqrt(config.HeadDimension));
        ModelDescription model = new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension),
            OfLayer = (_, attention) => attention with { Scale = scale },
            HasQueryKeyValueBias = hasAttentionBias,
            HasOutputBias = hasAttentionBias,
            HasMlpBias = source.HasTensors(new("mlp_bias", null), "blk.0.ffn_gate.bias"),
            GgufRotaryForm = StoredForm.PairedRows,
        }.Describe();
        double Factor(string json, string gguf) => source.OptionalPositiveNumber(new(json, gguf)) ?? 1;
        double residual = Factor("residual_multiplier", "residual_scale");
        return model with
        {
            Embedding = model.Embedding with { Scale = Factor("embedding_multiplier", "embedding_scale") },
            Layers = [.. model.Layers.Select(layer => layer with { ResidualScale = residual })],
            Head = model.Head with { Scale = 1 / Factor("logits_scaling", "logit_scale") },
        };
    }
}
