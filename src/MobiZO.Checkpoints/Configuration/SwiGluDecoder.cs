using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>
/// The decoder that many families share: RMS norms before attention and MLP, three projections to rotated heads, a SiLU-gated MLP, and the
/// module
/// names that go with it. A family fills in what is its own and changes the rest of the description with <c>with</c>.
/// </summary>
internal sealed record SwiGluDecoder
{
    /// <summary>The module that holds the layers.</summary>
    public const string Layers = "model.layers";

    /// <summary>Sizes and special ids.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Epsilon of every norm.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Rotary position embedding of every layer.</summary>
    public required RotaryDescription Rotary { get; init; }

    /// <summary>Whether the projections to queries, keys and values have biases.</summary>
    public bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether the projection of attention's output has a bias.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Whether the projections of the MLP have biases.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>How GGUF files hold the rows of queries and keys.</summary>
    public StoredForm GgufRotaryForm { get; init; }

    /// <summary>The description.</summary>
    public ModelDescription Describe()
    {
        TensorNames top = new("", "");
        ModelTensor embedding = top.Weight(
            "model.embed_tokens",
            "token_embd",
            TensorRole.Embedding,
            Config.VocabularySize,
            Config.HiddenSize
        );
        ModelTensor head = Config.TieWordEmbeddings
            ? embedding
            : top.Weight("lm_head", "output", TensorRole.Head, Config.VocabularySize, Config.HiddenSize);
        string[] ignored = [".rotary_emb.inv_freq", ".attn_rot_embd.weight", .. GgufRotary.Tensors];
        return new ModelDescription
        {
            Config = Config.Rotated(Rotary),
            Embedding = new EmbeddingDescription(embedding),
            Layers = [.. Enumerable.Range(0, Config.LayerCount).Select(Layer)],
            FinalNorm = top.Norm("model.norm", "output_norm", NormKind.RootMeanSquare, Config.HiddenSize, Epsilon),
            Head = new HeadDescription(head),
            DefaultTargets = "o_proj",
            IgnoredTensors = Config.TieWordEmbeddings ? [.. ignored, "lm_head.weight"] : ignored,
        };
    }

    private LayerDescription Layer(int index)
    {
        TensorNames names = TensorNames.OfLayer(Layers, index);
        int hidden = Config.HiddenSize;
        return new LayerDescription
        {
            Name = $"{Layers}.{index}",
            AttentionNorm = names.Norm("input_layernorm", "attn_norm", NormKind.RootMeanSquare, hidden, Epsilon),
            MlpNorm = names.Norm("post_attention_layernorm", "ffn_norm", NormKind.RootMeanSquare, hidden, Epsilon),
            Attention = Attention(names),
            Mlp = new MlpDescription(
                MlpLayout.Gated,
                ActivationKind.Silu,
                [
                    names.Linear("mlp.gate_proj", "ffn_gate", TensorRole.Gate, Config.IntermediateSize, hidden, HasMlpBias),
                    names.Linear("mlp.up_proj", "ffn_up", TensorRole.Up, Config.IntermediateSize, hidden, HasMlpBias),
                ],
                names.Linear("mlp.down_proj", "ffn_down", TensorRole.Down, hidden, Config.IntermediateSize, HasMlpBias)
            ),
        };
    }

    private AttentionDescription Attention(TensorNames names)
    {
        int queries = Config.HeadCount * Config.HeadDimension;
        int keys = Config.KeyValueHeadCount * Config.HeadDimension;
        return new AttentionDescription
        {
            Heads = Config.HeadCount,
            KeyValueHeads = Config.KeyValueHeadCount,
            HeadDimension = Config.HeadDimension,
            Scale = 1 / Math.Sqrt(Config.HeadDimension),
            Projections =
            [
                Rotated(names.Linear("self_attn.q_proj", "attn_q", TensorRole.Query, queries, Config.HiddenSize, HasQueryKeyValueBias)),
                Rotated(names.Linear("self_attn.k_proj", "attn_k", TensorRole.Key, keys, Config.HiddenSize, HasQueryKeyValueBias)),
                names.Linear("self_attn.v_proj", "attn_v", TensorRole.Value, keys, Config.HiddenSize, HasQueryKeyValueBias),
            ],
            Output = names.Linear("self_attn.o_proj", "attn_output", TensorRole.AttentionOutput, Config.HiddenSize, queries, HasOutputBias),
            Rotary = Rotary,
        };
    }

    private LinearDescription Rotated(LinearDescription linear) =>
        linear with
        {
            Weight = Rotated(linear.Weight),
            Bias = linear.Bias is { } bias ? Rotated(bias) : null,
        };

    private ModelTensor Rotated(ModelTensor tensor) => tensor with { GgufForm = GgufRotaryForm, RowsOfAHead = Config.HeadDimension };
}
