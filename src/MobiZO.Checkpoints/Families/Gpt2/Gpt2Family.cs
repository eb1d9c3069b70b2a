using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Gpt2;

/// <summary>
/// GPT-2: learned positions, LayerNorm, one projection to queries, keys and values, a plain MLP; its matrices are stored [in, out].
/// </summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_gpt2.py</c>; names in GGUF files: llama.cpp's converter.</remarks>
internal sealed class Gpt2Family : IModelFamily
{
    private const string Layers = "transformer.h";

    private static readonly SizeKeys s_keys = new()
    {
        HiddenSize = new("n_embd", "embedding_length"),
        IntermediateSize = new("n_inner", "feed_forward_length"),
        LayerCount = new("n_layer", "block_count"),
        HeadCount = new("n_head", "attention.head_count"),
        KeyValueHeadCount = new(null, "attention.head_count_kv"),
        HeadDimension = new(null, "attention.key_length"),
        MaxPositions = new("n_positions", "context_length"),
        DefaultIntermediateSize = hidden => 4 * hidden,
        IsTiedByDefault = true,
    };

    public string ModelType => "gpt2";

    public string? GgufArchitecture => "gpt2";

    public FamilyFacts Facts { get; } = new("GPT-2", "learned positions, LayerNorm, fused projection, plain MLP", "attn.c_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        ConfigKey activation = new("activation_function", null),
            scaled = new("scale_attn_weights", null);
        source.RequireText(activation, "gelu_new", "gelu_pytorch_tanh");
        source.RequireOff(new("scale_attn_by_inverse_layer_idx", null));
        source.RequireOff(new("add_cross_attention", null));
        if (source.OptionalFlag(scaled) == false)
        {
            throw source.Bad(scaled, "true");
        }

        ModelConfig config = source.Sizes(ModelType, s_keys) with { PositionEncoding = "learned" };
        double epsilon = source.OptionalPositiveNumber(new("layer_norm_epsilon", "attention.layer_norm_epsilon")) ?? 1e-5;
        TensorNames top = new("transformer.", ""),
            outside = new("", "");
        ModelTensor embedding = top.Weight("wte", "token_embd", TensorRole.Embedding, config.VocabularySize, config.HiddenSize);
        return new ModelDescription
        {
            Config = config,
            Embedding = new EmbeddingDescription(embedding)
            {
                Positions = top.Weight("wpe", "position_embd", TensorRole.Positions, config.MaxPositions, config.HiddenSize),
            },
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => Layer(config, layer, epsilon))],
            FinalNorm = top.Norm("ln_f", "output_norm", NormKind.Layer, config.HiddenSize, epsilon),
            Head = new HeadDescription(
                config.TieWordEmbeddings
                    ? embedding
                    : outside.Weight("lm_head", "output", TensorRole.Head, config.VocabularySize, config.HiddenSize)
            ),
            DefaultTargets = "attn.c_proj",
            OptionalPrefix = "transformer.",
            IgnoredTensors = config.TieWordEmbeddings
                ? [".attn.bias", ".attn.masked_bias", "lm_head.weight"]
                : [".attn.bias", ".attn.masked_bias"],
        };
    }

    private static LayerDescription Layer(ModelConfig config, int layer, double epsilon)
    {
        TensorNames names = TensorNames.OfLayer(Layers, layer);
        int hidden = config.HiddenSize;
        LinearDescription Linear(string name, string gguf, TensorRole role, int outputs, int inputs)
        {
            LinearDescription linear = names.Linear(name, gguf, role, outputs, inputs, hasBias: true);
            return linear with { Weight = linear.Weight with { HuggingFaceForm = StoredForm.Transposed } };
        }

        return new LayerDescription
        {
            Name = $"{Layers}.{layer}",
            AttentionNorm = names.Norm("ln_1", "attn_norm", NormKind.Layer, hidden, epsilon),
            MlpNorm = names.Norm("ln_2", "ffn_norm", NormKind.Layer, hidden, epsilon),
            Attention = new AttentionDescription
            {
                Heads = config.HeadCount,
                KeyValueHeads = config.HeadCount,
                HeadDimension = config.HeadDimension,
                Scale = 1 / Math.Sqrt(config.HeadDimension),
                Projections = [Linear("attn.c_attn", "attn_qkv", TensorRole.QueryKeyValue, 3 * hidden, hidden)],
                Layout = ProjectionLayout.Concatenated,
                Output = Linear("attn.c_proj", "attn_output", TensorRole.AttentionOutput, hidden, hidden),
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                ActivationKind.GeluTanh,
                [Linear("mlp.c_fc", "ffn_up", TensorRole.Up, config.IntermediateSize, hidden)],
                Linear("mlp.c_proj", "ffn_down", TensorRole.Down, hidden, config.IntermediateSize)
            ),
        };
    }
}
