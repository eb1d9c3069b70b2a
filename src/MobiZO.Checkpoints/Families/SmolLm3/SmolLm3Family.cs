using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.SmolLm3;

/// <summary>SmolLM3: a Llama of which every fourth layer rotates nothing.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_smollm3.py</c>; names and row order in GGUF files: llama.cpp's converter,
/// whose reader knows no other interval than 4.
/// </remarks>
internal sealed class SmolLm3Family : IModelFamily
{
    private const int DefaultInterval = 4;

    private static readonly ConfigKey s_rotated = new("no_rope_layers", null);

    public string ModelType => "smollm3";

    public string? GgufArchitecture => "smollm3";

    public FamilyFacts Facts { get; } = new("SmolLM3", "layers that rotate nothing", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        source.RequireOff(new("use_sliding_window", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys { IsTiedByDefault = true });
        LayerPatterns.Require(source, config.LayerCount, LayerPatterns.Whole);
        bool[] rotated = Rotated(source, config.LayerCount);
        bool hasAttentionBias = source.HasTensors(new("attention_bias", null), "blk.0.attn_q.bias");
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension, new RotaryKeys { DefaultTheta = 2_000_000 }),
            OfLayer = (layer, attention) => rotated[layer] ? attention : attention with { Rotary = null },
            HasQueryKeyValueBias = hasAttentionBias,
            HasOutputBias = hasAttentionBias,
            HasMlpBias = source.HasTensors(new("mlp_bias", null), "blk.0.ffn_gate.bias"),
            GgufRotaryForm = StoredForm.PairedRows,
        }.Describe();
    }

    // In spite of its name the list has a 1 for a layer that is rotated. It may be longer than there are layers.
    private static bool[] Rotated(ConfigSource source, int layers)
    {
        if (source.OptionalInt32s(s_rotated, 0, 1) is { } flags)
        {
            return flags.Count >= layers
                ? [.. flags.Take(layers).Select(flag => flag == 1)]
                : throw source.Bad(s_rotated, $"0 or 1 for each of {layers} layers");
        }

        int interval = source.OptionalInt32(new("no_rope_layer_interval", null), 1) ?? DefaultInterval;
        return [.. Enumerable.Range(1, layers).Select(layer => layer % interval != 0)];
    }
}
