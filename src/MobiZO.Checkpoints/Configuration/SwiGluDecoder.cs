using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>
/// The decoder that many families share: RMS norms, three projections to rotated heads, a gated MLP (with SiLU, unless said), and the
/// module names that go with it. A family fills in what is its own and changes the rest of the description with <c>with</c>.
/// </summary>
internal sealed record SwiGluDecoder
{
    /// <summary>The module that holds the layers.</summary>
    public const string Layers = "model.layers";

    /// <summary>Sizes and special ids.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Epsilon of every norm.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Rotary position embedding of every layer, unless <see cref="OfLayer"/> has another.</summary>
    public required RotaryDescription Rotary { get; init; }

    /// <summary>What the attention of a layer, by its index, has of its own; null: nothing.</summary>
    public Func<int, AttentionDescription, AttentionDescription>? OfLayer { get; init; }

    /// <summary>Whether the projections to queries, keys and values have biases.</summary>
    public bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether the projection of attention's output has a bias.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Whether the projections of the MLP have biases.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>The non-linear function of the gate.</summary>
    public ActivationKind Activation { get; init; }

    /// <summary>Where the norms of a layer stand.</summary>
    public NormPlaces Norms { get; init; }

    /// <summary>Norms of queries and keys.</summary>
    public HeadNorms HeadNorms { get; init; }

    /// <summary>How safetensors files hold the weights of norms.</summary>
    public StoredForm NormForm { get; init; }

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
            FinalNorm = Norm(top, "model.norm", "output_norm", Config.HiddenSize),
            Head = new HeadDescription(head),
            DefaultTargets = "o_proj",
            IgnoredTensors = Config.TieWordEmbeddings ? [.. ignored, "lm_head.weight"] : ignored,
        };
    }

    private LayerDescription Layer(int index)
    {
        TensorNames names = TensorNames.OfLayer(Layers, index);
        int hidden = Config.HiddenSize;
        AttentionDescription attention = Attention(names);
        return WithNorms(
            names,
            new LayerDescription
            {
                Name = $"{Layers}.{index}",
                Attention = OfLayer?.Invoke(index, attention) ?? attention,
                Mlp = new MlpDescription(
                    MlpLayout.Gated,
                    Activation,
                    [
                        names.Linear("mlp.gate_proj", "ffn_gate", TensorRole.Gate, Config.IntermediateSize, hidden, HasMlpBias),
                        names.Linear("mlp.up_proj", "ffn_up", TensorRole.Up, Config.IntermediateSize, hidden, HasMlpBias),
                    ],
                    names.Linear("mlp.down_proj", "ffn_down", TensorRole.Down, hidden, Config.IntermediateSize, HasMlpBias)
                ),
            }
        );
    }

    // The name post_attention_layernorm is that of the norm before the MLP, until there is one behind attention.
    private LayerDescription WithNorms(TensorNames names, LayerDescription layer)
    {
        int hidden = Config.HiddenSize;
        LayerDescription before = layer with
        {
            AttentionNorm = Norm(names, "input_layernorm", "attn_norm", hidden),
            MlpNorm = Norm(
                names,
                Norms == NormPlaces.Before ? "post_attention_layernorm" : "pre_feedforward_layernorm",
                "ffn_norm",
                hidden
            ),
        };
        LayerDescription Behind(LayerDescription inner) =>
            inner with
            {
                AttentionPostNorm = Norm(names, "post_attention_layernorm", "post_attention_norm", hidden),
                MlpPostNorm = Norm(names, "post_feedforward_layernorm", "post_ffw_norm", hidden),
            };
        return Norms switch
        {
            NormPlaces.Before => before,
            NormPlaces.Around => Behind(before),
            _ => Behind(layer),
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
            QueryNorm = HeadNorm(names, "self_attn.q_norm", "attn_q_norm", queries),
            KeyNorm = HeadNorm(names, "self_attn.k_norm", "attn_k_norm", keys),
            Rotary = Rotary,
        };
    }

    private NormDescription? HeadNorm(TensorNames names, string name, string gguf, int width) =>
        HeadNorms switch
        {
            HeadNorms.None => null,
            HeadNorms.EachHead => Norm(names, name, gguf, Config.HeadDimension),
            _ => Norm(names, name, gguf, width),
        };

    private NormDescription Norm(TensorNames names, string name, string gguf, int width)
    {
        NormDescription norm = names.Norm(name, gguf, NormKind.RootMeanSquare, width, Epsilon);
        return norm with { Weight = norm.Weight with { HuggingFaceForm = NormForm } };
    }

    private LinearDescription Rotated(LinearDescription linear) =>
        linear with
        {
            Weight = Rotated(linear.Weight),
            Bias = linear.Bias is { } bias ? Rotated(bias) : null,
        };

    private ModelTensor Rotated(ModelTensor tensor) => tensor with { GgufForm = GgufRotaryForm, RowsOfAHead = Config.HeadDimension };
}
