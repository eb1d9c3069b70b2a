using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.TestKit.Tiny;

/// <summary>
/// Tiny random models that between them use everything a description can say: of families beside Llama, and made up where no family has the
/// mix.
/// </summary>
public static class TinyFamilies
{
    private const int Hidden = 32,
        Heads = 4,
        KeyValueHeads = 2,
        Width = 8,
        Inner = 64;

    private static readonly Dictionary<string, TinyModel> s_all = new(StringComparer.Ordinal)
    {
        ["qwen2"] = new(Qwen2),
        ["gpt2"] = new(Gpt2()),
        ["gpt_neo"] = new(TinyConfigs.GptNeo),
        ["falcon, one key"] = new(TinyConfigs.Falcon7()),
        ["falcon, groups"] = new(TinyConfigs.Falcon40()),
        ["windows and caps"] = new(WindowsAndCaps()),
        ["norms behind"] = new(NormsBehind()),
        ["norms of heads"] = new(NormsOfHeads()),
        ["parallel, grouped"] = new(ParallelGrouped()),
        ["parallel, fused"] = new(ParallelFused()),
        ["positions"] = new(LearnedPositions()),
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>A <c>config.json</c> of a tiny Qwen2.</summary>
    public static string Qwen2 =>
        """
            {
              "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
              "num_attention_heads": 4,
              "num_key_value_heads": 2, "vocab_size": 40, "max_position_embeddings": 64, "rms_norm_eps": 1e-05, "tie_word_embeddings": true,
              "use_sliding_window": false, "sliding_window": 4, "bos_token_id": 0, "eos_token_id": 0
            }
            """;

    /// <summary>One of them.</summary>
    public static TinyModel Get(string name) => s_all[name];

    /// <summary>A <c>config.json</c> of a tiny GPT-2.</summary>
    public static string Gpt2(int vocabulary = 40, int layers = 2) =>
        $$"""
            {
              "model_type": "gpt2", "activation_function": "gelu_new", "n_embd": 32, "n_layer": {{layers}}, "n_head": 4, "n_positions": 64,
              "vocab_size": {{vocabulary}}, "layer_norm_epsilon": 1e-05, "bos_token_id": 0, "eos_token_id": 0
            }
            """;

    private static ModelDescription Plain => new TinyLlama(2, Heads, KeyValueHeads, Hidden, Width, tied: true).Description;

    private static ModelDescription WindowsAndCaps()
    {
        var plain = new TinyLlama(3, Heads, KeyValueHeads, Hidden, Width).Description;
        RotaryDescription slow = new([0.3, 0.1, 0.03, 0.01], "slow") { Factor = 1.3 };
        return plain with
        {
            Embedding = plain.Embedding with { Scale = 3 },
            Head = plain.Head with { Scale = 0.5, Cap = 4 },
            Layers =
            [
                .. plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            ResidualScale = 0.7,
                            Attention = pair.Item.Attention with
                            {
                                Scale = 0.6,
                                ScoreCap = 2,
                                Window = pair.Index == 1 ? null : 2 + pair.Index,
                                Rotary = pair.Index switch
                                {
                                    0 => pair.Item.Attention.Rotary,
                                    1 => slow,
                                    _ => null,
                                },
                            },
                            Mlp = pair.Item.Mlp with { Activation = ActivationKind.GeluTanh },
                        }
                    ),
            ],
        };
    }

    private static ModelDescription NormsBehind() =>
        Plain with
        {
            Layers =
            [
                .. Plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            AttentionNorm = null,
                            MlpNorm = null,
                            AttentionPostNorm = Norm(pair.Index, "behind_attention", NormKind.RootMeanSquare, Hidden),
                            MlpPostNorm = Norm(pair.Index, "behind_mlp", NormKind.RootMeanSquare, Hidden),
                            Attention = pair.Item.Attention with
                            {
                                QueryNorm = Norm(pair.Index, "q_norm", NormKind.RootMeanSquare, Heads * Width),
                                KeyNorm = Norm(pair.Index, "k_norm", NormKind.RootMeanSquare, KeyValueHeads * Width),
                            },
                        }
                    ),
            ],
        };

    private static ModelDescription NormsOfHeads() =>
        Plain with
        {
            Layers =
            [
                .. Plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            AttentionPostNorm = Norm(pair.Index, "behind_attention", NormKind.RootMeanSquare, Hidden),
                            MlpPostNorm = Norm(pair.Index, "behind_mlp", NormKind.RootMeanSquare, Hidden),
                            Attention = pair.Item.Attention with
                            {
                                QueryNorm = Norm(pair.Index, "q_norm", NormKind.RootMeanSquare, Width),
                                KeyNorm = Norm(pair.Index, "k_norm", NormKind.Layer, Width),
                            },
                            Mlp = pair.Item.Mlp with { Activation = ActivationKind.Gelu },
                        }
                    ),
            ],
        };

    private static ModelDescription ParallelGrouped() =>
        Plain with
        {
            Head = Plain.Head with { Bias = new ModelTensor("lm_head.bias", TensorRole.Bias, [40]) },
            FinalNorm = new TensorNames("", "").Norm("final", "", NormKind.Layer, Hidden, 1e-5),
            Layers =
            [
                .. Plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            IsParallel = true,
                            AttentionNorm = Norm(pair.Index, "before_attention", NormKind.Layer, Hidden),
                            MlpNorm = Norm(pair.Index, "before_mlp", NormKind.Layer, Hidden),
                            Attention = pair.Item.Attention with
                            {
                                Projections =
                                [
                                    Linear(pair.Index, "qkv", TensorRole.QueryKeyValue, (Heads + (2 * KeyValueHeads)) * Width, Hidden),
                                ],
                                Layout = ProjectionLayout.Grouped,
                                Rotary = new RotaryDescription([1, 0.1], "half of each head"),
                            },
                            Mlp = PlainMlp(pair.Index, ActivationKind.Relu),
                        }
                    ),
            ],
        };

    private static ModelDescription ParallelFused() =>
        Plain with
        {
            Layers =
            [
                .. Plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            IsParallel = true,
                            MlpNorm = null,
                            Attention = pair.Item.Attention with
                            {
                                Projections =
                                [
                                    Linear(pair.Index, "qkv", TensorRole.QueryKeyValue, (Heads + (2 * KeyValueHeads)) * Width, Hidden),
                                ],
                                Layout = ProjectionLayout.Concatenated,
                            },
                            Mlp = pair.Item.Mlp with
                            {
                                Layout = MlpLayout.GatedFused,
                                Inputs = [Linear(pair.Index, "gate_up", TensorRole.GateUp, 2 * Inner, Hidden)],
                            },
                        }
                    ),
            ],
        };

    private static ModelDescription LearnedPositions() =>
        Plain with
        {
            Embedding = Plain.Embedding with
            {
                Positions = new ModelTensor("positions.weight", TensorRole.Positions, [66, Hidden]),
                PositionOffset = 2,
                Norm = new TensorNames("", "").Norm("embedding_norm", "", NormKind.Layer, Hidden, 1e-5),
            },
            Layers =
            [
                .. Plain
                    .Layers.Index()
                    .Select(pair =>
                        pair.Item with
                        {
                            Attention = pair.Item.Attention with { Rotary = null },
                            Mlp = PlainMlp(pair.Index, pair.Index == 0 ? ActivationKind.Silu : ActivationKind.Gelu),
                        }
                    ),
            ],
        };

    private static MlpDescription PlainMlp(int layer, ActivationKind activation) =>
        new(
            MlpLayout.Plain,
            activation,
            [Linear(layer, "fc1", TensorRole.Up, Inner, Hidden)],
            Linear(layer, "fc2", TensorRole.Down, Hidden, Inner)
        );

    private static NormDescription Norm(int layer, string name, NormKind kind, int width) =>
        TensorNames.OfLayer("model.layers", layer).Norm(name, name, kind, width, 1e-5);

    private static LinearDescription Linear(int layer, string name, TensorRole role, int outputs, int inputs) =>
        TensorNames.OfLayer("model.layers", layer).Linear(name, name, role, outputs, inputs, hasBias: true);
}
