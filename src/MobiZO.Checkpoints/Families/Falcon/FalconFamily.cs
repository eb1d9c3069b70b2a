using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Falcon;

/// <summary>
/// Falcon: queries, keys and values in one run of rows a key/value head, LayerNorms, a plain MLP beside attention. 7B has one key/value
/// head and one norm a layer; 40B groups of heads and two norms; 11B groups and one norm.
/// </summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_falcon.py</c> and <c>modeling_falcon.py</c>; names and row order in GGUF
/// files: llama.cpp's converter. Falcon RW tells positions by ALiBi and is refused.
/// </remarks>
internal sealed class FalconFamily : IModelFamily
{
    private const string Layers = "transformer.h";

    public string ModelType => "falcon";

    public string? GgufArchitecture => "falcon";

    public FamilyFacts Facts { get; } =
        new(
            "Falcon 7B, 40B, 11B",
            "queries, keys and values in one projection by key/value head, LayerNorm, MLP beside attention",
            "self_attention.dense"
        );

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireOff(new("alibi", null));
        source.RequireText(new(null, "tensor_data_layout"), "jploski");
        bool isGrouped = source.OptionalFlag(new("new_decoder_architecture", null)) ?? false;
        ModelConfig config = Sizes(source, isGrouped);
        var parts = new LayerParts(
            config,
            source.OptionalPositiveNumber(new("layer_norm_epsilon", "attention.layer_norm_epsilon")) ?? 1e-5,
            Activations.Read(source, "activation", ActivationKind.Gelu),
            source.Rotary(config.HeadDimension),
            source.HasTensors(new("bias", null), "blk.0.attn_qkv.bias"),
            ReadNorms(source, isGrouped)
        );
        TensorNames top = new("transformer.", ""),
            outside = new("", "");
        ModelTensor embedding = top.Weight("word_embeddings", "token_embd", TensorRole.Embedding, config.VocabularySize, config.HiddenSize);
        const string Buffer = ".rotary_emb.inv_freq";
        return new ModelDescription
        {
            Config = config.Rotated(parts.Rotary),
            Embedding = new EmbeddingDescription(embedding),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => Layer(parts, layer))],
            FinalNorm = top.Norm("ln_f", "output_norm", NormKind.Layer, config.HiddenSize, parts.Epsilon),
            Head = new HeadDescription(
                config.TieWordEmbeddings
                    ? embedding
                    : outside.Weight("lm_head", "output", TensorRole.Head, config.VocabularySize, config.HiddenSize)
            ),
            DefaultTargets = "dense",
            IgnoredTensors = config.TieWordEmbeddings ? [Buffer, "lm_head.weight"] : [Buffer],
        };
    }

    /// <summary>Where the norms of a layer stand.</summary>
    private enum Norms
    {
        /// <summary>One for attention and MLP side by side.</summary>
        Shared,

        /// <summary>One for each, side by side.</summary>
        Own,

        /// <summary>One for each, the MLP behind attention.</summary>
        InSequence,
    }

    private ModelConfig Sizes(ConfigSource source, bool isGrouped)
    {
        ConfigKey Either(string name, string old, string gguf) => new(source.Has(new(name, null)) ? name : old, gguf);
        ConfigKey keyValueHeads = Either("num_kv_heads", "n_head_kv", "attention.head_count_kv");
        ConfigKey hidden = Either("hidden_size", "n_embed", "embedding_length");
        int? inFile = source.OptionalInt32(keyValueHeads with { Json = null }, 1);
        ModelConfig config = source.Sizes(
            ModelType,
            new SizeKeys
            {
                HiddenSize = hidden,
                IntermediateSize = new("ffn_hidden_size", "feed_forward_length"),
                LayerCount = Either("num_hidden_layers", "n_layer", "block_count"),
                HeadCount = Either("num_attention_heads", "n_head", "attention.head_count"),
                KeyValueHeadCount = isGrouped ? keyValueHeads : keyValueHeads with { Json = null },
                HeadDimension = new(null, "attention.key_length"),
                DefaultIntermediateSize = width => 4 * width,
                DefaultMaxPositions = 2048,
                IsTiedByDefault = true,
            }
        );
        bool isMultiQuery = inFile is null && !isGrouped && (source.OptionalFlag(new("multi_query", null)) ?? true);
        return isMultiQuery ? config with { KeyValueHeadCount = 1 } : config;
    }

    private static Norms ReadNorms(ConfigSource source, bool isGrouped)
    {
        ConfigKey side = new("parallel_attn", null),
            count = new("num_ln_in_parallel_attn", null);
        if (source.OptionalFlag(side) == false)
        {
            return isGrouped ? throw source.Bad(side, "true with new_decoder_architecture") : Norms.InSequence;
        }

        if (!isGrouped && source.OptionalInt32(count, 1, 2) == 2)
        {
            throw source.Bad(count, "1 without new_decoder_architecture");
        }

        bool hasOwn = source.HasTensors(
            new(null, null),
            "blk.0.attn_norm_2.weight",
            whenAbsent: isGrouped && source.OptionalInt32(count, 1, 2) is null or 2
        );
        return hasOwn ? Norms.Own : Norms.Shared;
    }

    private static LayerDescription Layer(LayerParts parts, int layer)
    {
        ModelConfig config = parts.Config;
        TensorNames names = TensorNames.OfLayer(Layers, layer);
        (int hidden, int inner, int queries) = (config.HiddenSize, config.IntermediateSize, config.HeadCount * config.HeadDimension);
        int rows = queries + (2 * config.KeyValueHeadCount * config.HeadDimension);
        LinearDescription Linear(string name, string gguf, TensorRole role, int outputs, int inputs) =>
            names.Linear(name, gguf, role, outputs, inputs, parts.HasBias);
        NormDescription Norm(string name, string gguf) => names.Norm(name, gguf, NormKind.Layer, hidden, parts.Epsilon);
        return new LayerDescription
        {
            Name = $"{Layers}.{layer}",
            IsParallel = parts.Norms != Norms.InSequence,

            // llama.cpp calls the one of the MLP attn_norm, because the one norm of other Falcons has that name.
            AttentionNorm = parts.Norms == Norms.Own ? Norm("ln_attn", "attn_norm_2") : Norm("input_layernorm", "attn_norm"),
            MlpNorm = parts.Norms switch
            {
                Norms.Own => Norm("ln_mlp", "attn_norm"),
                Norms.InSequence => Norm("post_attention_layernorm", "ffn_norm"),
                _ => null,
            },
            Attention = new AttentionDescription
            {
                Heads = config.HeadCount,
                KeyValueHeads = config.KeyValueHeadCount,
                HeadDimension = config.HeadDimension,
                Scale = 1 / Math.Sqrt(config.HeadDimension),
                Projections =
                [
                    Linear("self_attention.query_key_value", "attn_qkv", TensorRole.QueryKeyValue, rows, hidden).ConcatenatedInGguf(config),
                ],
                Layout = ProjectionLayout.Grouped,
                Output = Linear("self_attention.dense", "attn_output", TensorRole.AttentionOutput, hidden, queries),
                Rotary = parts.Rotary,
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                parts.Activation,
                [Linear("mlp.dense_h_to_4h", "ffn_up", TensorRole.Up, inner, hidden)],
                Linear("mlp.dense_4h_to_h", "ffn_down", TensorRole.Down, hidden, inner)
            ),
        };
    }

    /// <summary>What all layers share.</summary>
    private sealed record LayerParts(
        ModelConfig Config,
        double Epsilon,
        ActivationKind Activation,
        RotaryDescription Rotary,
        bool HasBias,
        Norms Norms
    );
}
