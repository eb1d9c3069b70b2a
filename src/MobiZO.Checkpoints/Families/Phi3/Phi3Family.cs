using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Phi3;

/// <summary>
/// Phi-3, Phi-3.5 and Phi-4 (also mini): one projection to queries, keys and values, one to gate and up, a sliding window, LongRoPE inside
/// the original context.
/// </summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_phi3.py</c> (where <c>su</c> and <c>yarn</c> are old names of LongRoPE);
/// names in GGUF files: llama.cpp's converter.
/// </remarks>
internal sealed class Phi3Family : IModelFamily
{
    public string ModelType => "phi3";

    public string? GgufArchitecture => "phi3";

    public FamilyFacts Facts { get; } =
        new("Phi-3, Phi-3.5, Phi-4, Phi-4-mini", "fused projections, a window, a part of each head rotated, LongRoPE", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        source.RequireOff(new("attention_bias", null));
        source.RequireOff(new("mlp_bias", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        int? window = LayerPatterns.Window(source, whenAbsent: null);
        var rotary = new RotaryKeys { Part = "partial_rotary_factor", LongRopeNames = ["longrope", "su", "yarn"] };
        ModelDescription model = new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension, rotary),
        }.Describe();
        return model with { Layers = [.. model.Layers.Index().Select(pair => Layer(pair.Item, config, window, pair.Index))] };
    }

    private static LayerDescription Layer(LayerDescription layer, ModelConfig config, int? window, int index)
    {
        TensorNames names = TensorNames.OfLayer(SwiGluDecoder.Layers, index);
        int rows = (config.HeadCount + (2 * config.KeyValueHeadCount)) * config.HeadDimension;
        return layer with
        {
            Attention = layer.Attention with
            {
                Projections =
                [
                    names.Linear("self_attn.qkv_proj", "attn_qkv", TensorRole.QueryKeyValue, rows, config.HiddenSize, hasBias: false),
                ],
                Layout = ProjectionLayout.Concatenated,
                Window = window,
            },
            Mlp = layer.Mlp with
            {
                Layout = MlpLayout.GatedFused,
                Inputs =
                [
                    names.Linear(
                        "mlp.gate_up_proj",
                        "ffn_up",
                        TensorRole.GateUp,
                        2 * config.IntermediateSize,
                        config.HiddenSize,
                        hasBias: false
                    ),
                ],
            },
        };
    }
}
