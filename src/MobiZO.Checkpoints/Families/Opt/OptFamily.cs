using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Opt;

/// <summary>OPT: learned positions from row 2 on, LayerNorms in front, a plain MLP with ReLU.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_opt.py</c>. OPT-350m has its norms behind the sums and an embedding of
/// another width; it is refused. GGUF files of this family do not exist.
/// </remarks>
internal sealed class OptFamily : IModelFamily
{
    private const string Layers = "model.decoder.layers";

    // Of the two rows in front, padding took one.
    private const int PositionOffset = 2;

    private const double Epsilon = 1e-5;

    private static readonly SizeKeys s_keys = new()
    {
        IntermediateSize = new("ffn_dim", null),
        KeyValueHeadCount = new(null, null),
        HeadDimension = new(null, null),
        IsTiedByDefault = true,
    };

    public string ModelType => "opt";

    public string? GgufArchitecture => null;

    public FamilyFacts Facts { get; } = new("OPT but 350m", "learned positions from row 2 on, LayerNorm, ReLU", "self_attn.out_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireOn(new("do_layer_norm_before", null));
        source.RequireOn(new("layer_norm_elementwise_affine", null));
        source.RequireOff(new("_remove_final_layer_norm", null));
        ModelConfig config = source.Sizes(ModelType, s_keys) with { PositionEncoding = "learned" };
        ConfigKey embeddingWidth = new("word_embed_proj_dim", null);
        if ((source.OptionalInt32(embeddingWidth, 1) ?? config.HiddenSize) != config.HiddenSize)
        {
            throw source.Bad(embeddingWidth, $"the same as hidden_size, {config.HiddenSize}");
        }

        ActivationKind activation = Activations.Read(source, "activation_function", ActivationKind.Relu);
        bool hasBias = source.OptionalFlag(new("enable_bias", null)) ?? true;
        TensorNames top = new("model.decoder.", ""),
            outside = new("", "");
        ModelTensor embedding = top.Weight("embed_tokens", "", TensorRole.Embedding, config.VocabularySize, config.HiddenSize);
        int positions = config.MaxPositions + PositionOffset;
        return new ModelDescription
        {
            Config = config,
            Embedding = new EmbeddingDescription(embedding)
            {
                Positions = top.Weight("embed_positions", "", TensorRole.Positions, positions, config.HiddenSize),
                PositionOffset = PositionOffset,
            },
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => Layer(config, layer, activation, hasBias))],
            FinalNorm = top.Norm("final_layer_norm", "", NormKind.Layer, config.HiddenSize, Epsilon),
            Head = new HeadDescription(
                config.TieWordEmbeddings
                    ? embedding
                    : outside.Weight("lm_head", "", TensorRole.Head, config.VocabularySize, config.HiddenSize)
            ),
            DefaultTargets = "out_proj",
            OptionalPrefix = "model.",
            IgnoredTensors = config.TieWordEmbeddings ? ["lm_head.weight"] : [],
        };
    }

    private static LayerDescription Layer(ModelConfig config, int layer, ActivationKind activation, bool hasBias)
    {
        TensorNames names = TensorNames.OfLayer(Layers, layer);
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        LinearDescription Linear(string name, TensorRole role, int outputs, int inputs) =>
            names.Linear(name, "", role, outputs, inputs, hasBias);
        return new LayerDescription
        {
            Name = $"{Layers}.{layer}",
            AttentionNorm = names.Norm("self_attn_layer_norm", "", NormKind.Layer, hidden, Epsilon),
            MlpNorm = names.Norm("final_layer_norm", "", NormKind.Layer, hidden, Epsilon),
            Attention = new AttentionDescription
            {
                Heads = config.HeadCount,
                KeyValueHeads = config.HeadCount,
                HeadDimension = config.HeadDimension,
                Scale = 1 / Math.Sqrt(config.HeadDimension),
                Projections =
                [
                    Linear("self_attn.q_proj", TensorRole.Query, hidden, hidden),
                    Linear("self_attn.k_proj", TensorRole.Key, hidden, hidden),
                    Linear("self_attn.v_proj", TensorRole.Value, hidden, hidden),
                ],
                Output = Linear("self_attn.out_proj", TensorRole.AttentionOutput, hidden, hidden),
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                activation,
                [Linear("fc1", TensorRole.Up, inner, hidden)],
                Linear("fc2", TensorRole.Down, hidden, inner)
            ),
        };
    }
}
