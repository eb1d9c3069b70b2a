using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.GptNeo;

/// <summary>GPT-Neo: learned positions, layers that see everything and layers with a window in turn, scores that are not scaled.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_gpt_neo.py</c>. GGUF files of this family do not exist.
/// </remarks>
internal sealed class GptNeoFamily : IModelFamily
{
    private const string Layers = "transformer.h",
        Global = "global",
        Local = "local";

    private static readonly SizeKeys s_keys = new()
    {
        LayerCount = new("num_layers", null),
        HeadCount = new("num_heads", null),
        KeyValueHeadCount = new(null, null),
        HeadDimension = new(null, null),
        DefaultIntermediateSize = hidden => 4 * hidden,
        IsTiedByDefault = true,
    };

    public string ModelType => "gpt_neo";

    public string? GgufArchitecture => null;

    public FamilyFacts Facts { get; } =
        new("GPT-Neo", "learned positions, a window in every other layer, scores that are not scaled", "attn.attention.out_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        ModelConfig config = source.Sizes(ModelType, s_keys) with { PositionEncoding = "learned" };
        ActivationKind activation = Activations.Read(source, "activation_function", ActivationKind.GeluTanh);
        double epsilon = source.OptionalPositiveNumber(new("layer_norm_epsilon", null)) ?? 1e-5;
        int?[] windows = Windows(source, config.LayerCount);
        TensorNames top = new("transformer.", ""),
            outside = new("", "");
        ModelTensor embedding = top.Weight("wte", "", TensorRole.Embedding, config.VocabularySize, config.HiddenSize);
        string[] ignored = [".attn.attention.bias", ".attn.attention.masked_bias"];
        return new ModelDescription
        {
            Config = config,
            Embedding = new EmbeddingDescription(embedding)
            {
                Positions = top.Weight("wpe", "", TensorRole.Positions, config.MaxPositions, config.HiddenSize),
            },
            Layers = [.. windows.Select((window, layer) => Layer(config, layer, activation, epsilon, window))],
            FinalNorm = top.Norm("ln_f", "", NormKind.Layer, config.HiddenSize, epsilon),
            Head = new HeadDescription(
                config.TieWordEmbeddings
                    ? embedding
                    : outside.Weight("lm_head", "", TensorRole.Head, config.VocabularySize, config.HiddenSize)
            ),
            DefaultTargets = "out_proj",
            OptionalPrefix = "transformer.",
            IgnoredTensors = config.TieWordEmbeddings ? [.. ignored, "lm_head.weight"] : ignored,
        };
    }

    /// <summary>The window of every layer; null: all before a token.</summary>
    private static int?[] Windows(ConfigSource source, int layers)
    {
        ConfigKey types = new("attention_types", null);
        int window = source.OptionalInt32(new("window_size", null), 1) ?? 256;
        IReadOnlyList<string> kinds =
            source.OptionalRepeatedTexts(types) ?? [.. Enumerable.Range(0, layers).Select(layer => layer % 2 == 0 ? Global : Local)];
        return kinds.Count == layers && kinds.All(kind => kind is Global or Local)
            ? [.. kinds.Select(kind => kind == Local ? (int?)window : null)]
            : throw source.Bad(types, $"{Global} or {Local} for each of {layers} layers");
    }

    private static LayerDescription Layer(ModelConfig config, int layer, ActivationKind activation, double epsilon, int? window)
    {
        TensorNames names = TensorNames.OfLayer(Layers, layer);
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        LinearDescription Projection(string name, TensorRole role, bool hasBias) =>
            names.Linear($"attn.attention.{name}", "", role, hidden, hidden, hasBias);
        return new LayerDescription
        {
            Name = $"{Layers}.{layer}",
            AttentionNorm = names.Norm("ln_1", "", NormKind.Layer, hidden, epsilon),
            MlpNorm = names.Norm("ln_2", "", NormKind.Layer, hidden, epsilon),
            Attention = new AttentionDescription
            {
                Heads = config.HeadCount,
                KeyValueHeads = config.HeadCount,
                HeadDimension = config.HeadDimension,
                Scale = 1,
                Projections =
                [
                    Projection("q_proj", TensorRole.Query, hasBias: false),
                    Projection("k_proj", TensorRole.Key, hasBias: false),
                    Projection("v_proj", TensorRole.Value, hasBias: false),
                ],
                Output = Projection("out_proj", TensorRole.AttentionOutput, hasBias: true),
                Window = window,
            },
            Mlp = new MlpDescription(
                MlpLayout.Plain,
                activation,
                [names.Linear("mlp.c_fc", "", TensorRole.Up, inner, hidden, hasBias: true)],
                names.Linear("mlp.c_proj", "", TensorRole.Down, hidden, inner, hasBias: true)
            ),
        };
    }
}
