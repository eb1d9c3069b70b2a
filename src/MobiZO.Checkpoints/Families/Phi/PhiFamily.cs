using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Phi;

/// <summary>Phi-1, Phi-1.5 and Phi-2: attention and MLP side by side on one LayerNorm, biases, a part of each head rotated.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_phi.py</c>; names in GGUF files: llama.cpp's converter.</remarks>
internal sealed class PhiFamily : IModelFamily
{
    public string ModelType => "phi";

    public string? GgufArchitecture => "phi2";

    public FamilyFacts Facts { get; } =
        new(
            "Phi-1, Phi-1.5, Phi-2",
            "attention and MLP side by side on one LayerNorm, biases also of the head, a part of each head rotated",
            "self_attn.dense"
        );

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireOff(new("qk_layernorm", null));
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        ActivationKind activation = Activations.Read(source, "hidden_act", ActivationKind.GeluTanh);
        double epsilon = source.OptionalPositiveNumber(new("layer_norm_eps", "attention.layer_norm_epsilon")) ?? 1e-5;

        // GGUF files made of the first checkpoints keep their one projection.
        bool isFused = source.HasTensors(new(null, null), "blk.0.attn_qkv.weight");
        ModelDescription model = new SwiGluDecoder
        {
            Config = config,
            Epsilon = epsilon,
            Rotary = source.Rotary(config.HeadDimension, new RotaryKeys { Part = "partial_rotary_factor", DefaultPart = 0.5 }),
            HasQueryKeyValueBias = true,
        }
            .Describe()
            .WithLayerNorms();
        TensorNames top = new("", "");
        LinearDescription head = top.Linear("lm_head", "output", TensorRole.Head, config.VocabularySize, config.HiddenSize, hasBias: true);
        return model with
        {
            Layers = [.. model.Layers.Index().Select(pair => Layer(pair.Item, config, activation, pair.Index, isFused))],
            FinalNorm = top.Norm("model.final_layernorm", "output_norm", NormKind.Layer, config.HiddenSize, epsilon),
            Head = model.Head with { Bias = head.Bias },
            DefaultTargets = "dense",
        };
    }

    private static LayerDescription Layer(LayerDescription layer, ModelConfig config, ActivationKind activation, int index, bool isFused)
    {
        TensorNames names = TensorNames.OfLayer(SwiGluDecoder.Layers, index);
        (int hidden, int inner, int queries) = (config.HiddenSize, config.IntermediateSize, config.HeadCount * config.HeadDimension);
        int rows = queries + (2 * config.KeyValueHeadCount * config.HeadDimension);
        return layer with
        {
            IsParallel = true,
            MlpNorm = null,
            Attention = layer.Attention with
            {
                Projections = isFused
                    ? [names.Linear("self_attn.qkv_proj", "attn_qkv", TensorRole.QueryKeyValue, rows, hidden, hasBias: true)]
                    : layer.Attention.Projections,
                Layout = isFused ? ProjectionLayout.Concatenated : layer.Attention.Layout,
                Output = names.Linear("self_attn.dense", "attn_output", TensorRole.AttentionOutput, hidden, queries, hasBias: true),
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                activation,
                [names.Linear("mlp.fc1", "ffn_up", TensorRole.Up, inner, hidden, hasBias: true)],
                names.Linear("mlp.fc2", "ffn_down", TensorRole.Down, hidden, inner, hasBias: true)
            ),
        };
    }
}
