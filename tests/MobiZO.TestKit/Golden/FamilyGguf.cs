using System.Text.Json;
using System.Text.RegularExpressions;
using MobiZO.Checkpoints;

namespace MobiZO.TestKit.Golden;

/// <summary>
/// A Hugging Face model as llama.cpp's converter writes it: metadata, names and the order of rows. It knows no description of a model;
/// names are those of the converter's own table.
/// </summary>
/// <param name="config">The <c>config.json</c>, in the layout transformers 5 writes.</param>
/// <param name="weights">Its weights under Hugging Face names.</param>
public sealed partial class FamilyGguf(JsonElement config, IWeightSource weights)
{
    private static readonly Dictionary<string, string> s_architectures = new(StringComparer.Ordinal)
    {
        ["phi"] = "phi2",
        ["phi3"] = "phi3",
        ["gpt_neox"] = "gptneox",
        ["stablelm"] = "stablelm",
        ["starcoder2"] = "starcoder2",
        ["falcon"] = "falcon",
        ["qwen2"] = "qwen2",
    };

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["model.embed_tokens"] = "token_embd",
        ["gpt_neox.embed_in"] = "token_embd",
        ["transformer.word_embeddings"] = "token_embd",
        ["model.norm"] = "output_norm",
        ["model.final_layernorm"] = "output_norm",
        ["gpt_neox.final_layer_norm"] = "output_norm",
        ["transformer.ln_f"] = "output_norm",
        ["lm_head"] = "output",
        ["embed_out"] = "output",
        ["input_layernorm"] = "attn_norm",
        ["ln_mlp"] = "attn_norm",
        ["ln_attn"] = "attn_norm_2",
        ["post_attention_layernorm"] = "ffn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.qkv_proj"] = "attn_qkv",
        ["attention.query_key_value"] = "attn_qkv",
        ["self_attention.query_key_value"] = "attn_qkv",
        ["self_attn.o_proj"] = "attn_output",
        ["self_attn.dense"] = "attn_output",
        ["attention.dense"] = "attn_output",
        ["self_attention.dense"] = "attn_output",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.gate_up_proj"] = "ffn_up",
        ["mlp.fc1"] = "ffn_up",
        ["mlp.c_fc"] = "ffn_up",
        ["mlp.dense_h_to_4h"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
        ["mlp.fc2"] = "ffn_down",
        ["mlp.c_proj"] = "ffn_down",
        ["mlp.dense_4h_to_h"] = "ffn_down",
    };

    /// <summary>Golden folders whose files llama.cpp is given.</summary>
    public static IReadOnlyList<string> LlamaCppFolders { get; } = ["phi", "phi3", "phi3-longrope", "gpt-neox", "stablelm", "starcoder2"];

    /// <summary><c>general.architecture</c>.</summary>
    public string Architecture => s_architectures[config.GetProperty("model_type").GetString()!];

    /// <summary>The sliding window that is written; null: the one of the config.</summary>
    public int? Window { get; init; }

    /// <summary>Keys of a rope scaling, without the architecture.</summary>
    public IReadOnlyList<(string Key, object Value)> Scaling { get; init; } = [];

    /// <summary>The pairs of metadata.</summary>
    public IEnumerable<(string Key, object Value)> Metadata
    {
        get
        {
            yield return ("general.architecture", Architecture);
            foreach (var (key, value) in Sizes().Concat(Rotary()).Concat(Scaling))
            {
                yield return ($"{Architecture}.{key}", value);
            }

            foreach (var pair in Vocabulary())
            {
                yield return pair;
            }
        }
    }

    /// <summary>The tensors, all F32.</summary>
    public IEnumerable<(string Name, int[] Shape, float[] Values)> Tensors
    {
        get
        {
            foreach (var name in weights.Names)
            {
                int[] shape = [.. weights.FindShape(name)!];
                var values = new float[shape.Aggregate(1, (product, extent) => product * extent)];
                weights.Read(name, 0, values);
                var stored = StoredName(name);
                var isFused = stored.Contains("attn_qkv", StringComparison.Ordinal) && Architecture != "phi3";
                yield return (stored, shape, isFused ? Concatenated(values, shape) : values);
            }

            foreach (var kind in Rope("long_factor") is null ? [] : new[] { "long", "short" })
            {
                float[] factors = [.. Rope($"{kind}_factor")!.Value.EnumerateArray().Select(value => value.GetSingle())];
                yield return ($"rope_factors_{kind}.weight", [factors.Length], factors);
            }
        }
    }

    private int Heads => Number("num_attention_heads");

    private int KeyValueHeads =>
        Architecture == "falcon" && !Flag("new_decoder_architecture") ? 1
        : config.TryGetProperty(Architecture == "falcon" ? "num_kv_heads" : "num_key_value_heads", out var heads) ? heads.GetInt32()
        : Heads;

    private int HeadDimension => Number("hidden_size") / Heads;

    private IEnumerable<(string Key, object Value)> Sizes()
    {
        yield return ("context_length", (uint)(Architecture == "falcon" ? 2048 : Number("max_position_embeddings")));
        yield return ("embedding_length", (uint)Number("hidden_size"));
        yield return ("block_count", (uint)Number("num_hidden_layers"));
        yield return ("feed_forward_length", (uint)(Architecture == "falcon" ? 4 * Number("hidden_size") : Number("intermediate_size")));
        yield return ("attention.head_count", (uint)Heads);
        var norm = new[] { "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon" }.FirstOrDefault(key =>
            config.TryGetProperty(key, out _)
        );
        yield return norm is null
            ? ("attention.layer_norm_rms_epsilon", config.GetProperty("rms_norm_eps").GetSingle())
            : ("attention.layer_norm_epsilon", config.GetProperty(norm).GetSingle());
        if (Architecture is "gptneox" or "stablelm")
        {
            yield return ("use_parallel_residual", Flag("use_parallel_residual"));
        }

        if (Architecture != "gptneox")
        {
            yield return ("attention.head_count_kv", (uint)KeyValueHeads);
        }

        if (Architecture == "falcon")
        {
            yield return ("tensor_data_layout", "jploski");
        }

        if (Architecture == "phi3")
        {
            yield return (
                "attention.sliding_window",
                (uint)(
                    Window ?? (config.GetProperty("sliding_window") is { ValueKind: JsonValueKind.Number } tokens ? tokens.GetInt32() : 0)
                )
            );
        }
    }

    private IEnumerable<(string Key, object Value)> Rotary()
    {
        if (Architecture is not ("falcon" or "starcoder2" or "qwen2"))
        {
            var part = Rope("partial_rotary_factor")?.GetDouble() ?? 1;
            yield return ("rope.dimension_count", (uint)(HeadDimension * part));
        }

        if (Architecture is "phi3" or "starcoder2" or "qwen2")
        {
            yield return ("rope.freq_base", Rope("rope_theta")!.Value.GetSingle());
        }

        if (Architecture == "phi3")
        {
            var original = Number("original_max_position_embeddings");
            yield return ("rope.scaling.original_context_length", (uint)original);
            if (Rope("long_factor") is not null)
            {
                var scale = (double)Number("max_position_embeddings") / original;
                yield return ("rope.scaling.attn_factor", (float)Math.Sqrt(1 + (Math.Log(scale) / Math.Log(original))));
            }
        }
    }

    // A vocabulary that only serves to make the file loadable: three special tokens, all bytes, and words.
    private IEnumerable<(string Key, object Value)> Vocabulary()
    {
        var count = Number("vocab_size");
        string[] special = ["<unk>", "<s>", "</s>"];
        int[] kinds = [2, 3, 3];
        string Token(int id) =>
            id < 3 ? special[id]
            : id < 259 ? $"<0x{id - 3:X2}>"
            : $"w{id}";
        var ids = Enumerable.Range(0, count);
        yield return ("tokenizer.ggml.model", "llama");
        yield return ("tokenizer.ggml.pre", "default");
        yield return ("tokenizer.ggml.tokens", ids.Select(Token).ToArray());
        yield return ("tokenizer.ggml.scores", ids.Select(id => (float)-id).ToArray());
        yield return (
            "tokenizer.ggml.token_type",
            ids.Select(id =>
                    id < 3 ? kinds[id]
                    : id < 259 ? 6
                    : 1
                )
                .ToArray()
        );
        yield return ("tokenizer.ggml.bos_token_id", 1u);
        yield return ("tokenizer.ggml.eos_token_id", 2u);
    }

    private static string StoredName(string name)
    {
        var match = LayerName().Match(name);
        var (module, kind) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
        return match.Success
            ? $"blk.{match.Groups["layer"].Value}.{s_names[match.Groups["part"].Value]}.{kind}"
            : $"{s_names[module]}.{kind}";
    }

    /// <summary>All queries, all keys, all values of rows that stand by key/value head.</summary>
    private float[] Concatenated(float[] values, int[] shape)
    {
        var (row, width, queries) = (values.Length / shape[0], HeadDimension, Heads / KeyValueHeads);
        IEnumerable<float> Run(int group, int head) => values.Skip(((group * (queries + 2)) + head) * width * row).Take(width * row);
        var groups = Enumerable.Range(0, KeyValueHeads);
        return
        [
            .. groups.SelectMany(group => Enumerable.Range(0, queries).SelectMany(head => Run(group, head))),
            .. groups.SelectMany(group => Run(group, queries)),
            .. groups.SelectMany(group => Run(group, queries + 1)),
        ];
    }

    private JsonElement? Rope(string key) =>
        config.TryGetProperty("rope_parameters", out var rope) && rope.TryGetProperty(key, out var value) ? value : null;

    private int Number(string key) => config.GetProperty(key).GetInt32();

    private bool Flag(string key) => config.TryGetProperty(key, out var value) && value.GetBoolean();

    [GeneratedRegex(@"^\w+\.(layers|h)\.(?<layer>\d+)\.(?<part>.+)\.(weight|bias)$", RegexOptions.ExplicitCapture)]
    private static partial Regex LayerName();
}
