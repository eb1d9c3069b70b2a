using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Starcoder2;

/// <summary>StarCoder2: LayerNorms, a plain MLP, biases, a sliding window.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_starcoder2.py</c>; names in GGUF files: llama.cpp's converter, which leaves
/// the window out.
/// </remarks>
internal sealed class Starcoder2Family : IModelFamily
{
    public string ModelType => "starcoder2";

    public string? GgufArchitecture => "starcoder2";

    public FamilyFacts Facts { get; } = new("StarCoder2", "LayerNorm, plain MLP, biases, a window", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        ModelConfig config = source.Sizes(ModelType, new SizeKeys { IsTiedByDefault = true });
        ActivationKind activation = Activations.Read(source, "hidden_act", ActivationKind.GeluTanh);
        bool hasBias = source.HasTensors(new("use_bias", null), "blk.0.attn_q.bias", whenAbsent: true);
        int? window = LayerPatterns.Window(source, whenAbsent: null);
        ModelDescription model = new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.OptionalPositiveNumber(new("norm_epsilon", "attention.layer_norm_epsilon")) ?? 1e-5,
            Rotary = source.Rotary(config.HeadDimension),
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
        }
            .Describe()
            .WithLayerNorms();
        return model with
        {
            Layers =
            [
                .. model
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            Attention = pair.Item.Attention with { Window = window },
                            Mlp = Mlp(config, activation, hasBias, pair.Index),
                        }
                    ),
            ],
        };
    }

    private static MlpDescription Mlp(ModelConfig config, ActivationKind activation, bool hasBias, int index)
    {
        TensorNames names = TensorNames.OfLayer(SwiGluDecoder.Layers, index);
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        return new MlpDescription(
            MlpLayout.Plain,
            activation,
            [names.Linear("mlp.c_fc", "ffn_up", TensorRole.Up, inner, hidden, hasBias)],
            names.Linear("mlp.c_proj", "ffn_down", TensorRole.Down, hidden, inner, hasBias)
        );
    }
}
