using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.GptNeoX;

/// <summary>
/// GPT-NeoX (Pythia and others): attention and MLP side by side on a LayerNorm each, queries, keys and values of a head in one run of rows,
/// a part of each head rotated.
/// </summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_gpt_neox.py</c>; names and row order in GGUF files: llama.cpp's converter.
/// GGUF files do not say the function of the MLP; it is taken to be the exact GELU, as in Pythia.
/// </remarks>
internal sealed class GptNeoXFamily : IModelFamily
{
    private const string Layers = "gpt_neox.layers",
        HeadName = "embed_out";

    public string ModelType => "gpt_neox";

    public string? GgufArchitecture => "gptneox";

    public FamilyFacts Facts { get; } =
        new(
            "Pythia, GPT-NeoX 20B",
            "one projection by head, a part of each head rotated, attention and MLP side by side on a LayerNorm each",
            "attention.dense"
        );

    public ModelDescription Describe(ConfigSource source)
    {
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        var keys = new RotaryKeys
        {
            Theta = new("rotary_emb_base", "rope.freq_base"),
            Part = "rotary_pct",
            DefaultPart = 0.25,
        };
        var parts = new LayerParts(
            config,
            source.OptionalPositiveNumber(new("layer_norm_eps", "attention.layer_norm_epsilon")) ?? 1e-5,
            Activations.Read(source, "hidden_act", ActivationKind.Gelu),
            source.Rotary(config.HeadDimension, keys),
            source.HasTensors(new("attention_bias", null), "blk.0.attn_qkv.bias", whenAbsent: true),
            source.OptionalFlag(new("use_parallel_residual", "use_parallel_residual")) ?? true
        );
        TensorNames top = new("gpt_neox.", ""),
            outside = new("", "");
        ModelTensor embedding = top.Weight("embed_in", "token_embd", TensorRole.Embedding, config.VocabularySize, config.HiddenSize);
        string[] ignored = [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"];
        return new ModelDescription
        {
            Config = config.Rotated(parts.Rotary),
            Embedding = new EmbeddingDescription(embedding),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => Layer(parts, layer))],
            FinalNorm = top.Norm("final_layer_norm", "output_norm", NormKind.Layer, config.HiddenSize, parts.Epsilon),
            Head = new HeadDescription(
                config.TieWordEmbeddings
                    ? embedding
                    : outside.Weight(HeadName, "output", TensorRole.Head, config.VocabularySize, config.HiddenSize)
            ),
            DefaultTargets = "dense",
            IgnoredTensors = config.TieWordEmbeddings ? [.. ignored, $"{HeadName}.weight"] : ignored,
        };
    }

    private static LayerDescription Layer(LayerParts parts, int layer)
    {
        ModelConfig config = parts.Config;
        TensorNames names = TensorNames.OfLayer(Layers, layer);
        (int hidden, int inner, int queries) = (config.HiddenSize, config.IntermediateSize, config.HeadCount * config.HeadDimension);
        int rows = queries + (2 * config.KeyValueHeadCount * config.HeadDimension);
        return new LayerDescription
        {
            Name = $"{Layers}.{layer}",
            AttentionNorm = names.Norm("input_layernorm", "attn_norm", NormKind.Layer, hidden, parts.Epsilon),
            MlpNorm = names.Norm("post_attention_layernorm", "ffn_norm", NormKind.Layer, hidden, parts.Epsilon),
            IsParallel = parts.IsParallel,
            Attention = new AttentionDescription
            {
                Heads = config.HeadCount,
                KeyValueHeads = config.KeyValueHeadCount,
                HeadDimension = config.HeadDimension,
                Scale = 1 / Math.Sqrt(config.HeadDimension),
                Projections =
                [
                    names
                        .Linear("attention.query_key_value", "attn_qkv", TensorRole.QueryKeyValue, rows, hidden, parts.HasAttentionBias)
                        .ConcatenatedInGguf(config),
                ],
                Layout = ProjectionLayout.Grouped,
                Output = names.Linear(
                    "attention.dense",
                    "attn_output",
                    TensorRole.AttentionOutput,
                    hidden,
                    queries,
                    parts.HasAttentionBias
                ),
                Rotary = parts.Rotary,
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                parts.Activation,
                [names.Linear("mlp.dense_h_to_4h", "ffn_up", TensorRole.Up, inner, hidden, hasBias: true)],
                names.Linear("mlp.dense_4h_to_h", "ffn_down", TensorRole.Down, hidden, inner, hasBias: true)
            ),
        };
    }

    /// <summary>What all layers share.</summary>
    private sealed record LayerParts(
        ModelConfig Config,
        double Epsilon,
        ActivationKind Activation,
        RotaryDescription Rotary,
        bool HasAttentionBias,
        bool IsParallel
    );
}
