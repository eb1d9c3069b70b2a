using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.TestKit.Gguf;

/// <summary>
/// Golden folders of families that no golden GGUF file shows, as such files in the conventions of llama.cpp's converter, written down here
/// by themselves: names of tensors, metadata, and rows of q and k as pairs for the families that it permutes.
/// </summary>
public static partial class ConvertedGguf
{
    private static readonly (string HuggingFace, string Gguf)[] s_names =
    [
        ("model.embed_tokens", "token_embd"),
        ("lm_head", "output"),
        ("model.norm", "output_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.q_norm", "attn_q_norm"),
        ("self_attn.k_norm", "attn_k_norm"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
        ("input_layernorm", "attn_norm"),
        ("post_feedforward_layernorm", "post_ffw_norm"),
    ];

    // By golden folder: what the file says it is, whether rows of q and k are stored as pairs, and what metadata it has beside the sizes.
    private static readonly Dictionary<string, (string Architecture, bool IsPermuted, (string Key, object Value)[] Metadata)> s_folders =
        new(StringComparer.Ordinal)
        {
            ["smollm3"] = ("smollm3", true, [("vocab_size", 272u), ("rope.freq_base", 50000f), ("rope.dimension_count", 12u)]),
            ["olmo2"] = ("olmo2", false, [("rope.freq_base", 500000f)]),
            ["granite"] = (
                "granite",
                true,
                [
                    ("rope.dimension_count", 12u),
                    ("attention.scale", 0.15f),
                    ("embedding_scale", 3f),
                    ("residual_scale", 0.35f),
                    ("logit_scale", 2.5f),
                    ("rope.scaling.finetuned", true),
                ]
            ),
            ["mistral"] = (
                "llama",
                true,
                [("rope.freq_base", 10000f), ("rope.dimension_count", 16u), ("attention.key_length", 16u), ("attention.value_length", 16u)]
            ),
        };

    /// <summary>The golden folders that can be converted.</summary>
    public static IEnumerable<string> Names => s_folders.Keys;

    /// <summary>The file of a golden folder, with a vocabulary that only makes it loadable.</summary>
    public static GgufBytes Of(string name)
    {
        var (architecture, isPermuted, metadata) = s_folders[name];
        var folder = Shared.PathOf("fixtures", "models", name);
        var config = ConfigReader.Read(Path.Combine(folder, "config.json")).Config;
        var gguf = new GgufBytes().Add("general.architecture", architecture);
        foreach (var (key, value) in Sizes(config).Concat(metadata))
        {
            gguf.Add($"{architecture}.{key}", value);
        }

        AddVocabulary(gguf, config.VocabularySize);
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        foreach (var (tensor, stored) in file.Tensors)
        {
            var values = file.ReadFloat32(tensor);
            var heads =
                !isPermuted ? 0
                : tensor.Contains(".q_proj.", StringComparison.Ordinal) ? config.HeadCount
                : tensor.Contains(".k_proj.", StringComparison.Ordinal) ? config.KeyValueHeadCount
                : 0;
            gguf.Add(
                NameOf(tensor, architecture),
                GgufTensorType.F32,
                [.. stored.Shape.Select(extent => (int)extent)],
                MemoryMarshal.AsBytes<float>(heads > 0 ? Permuted(values, heads, (int)stored.Shape[0]) : values).ToArray()
            );
        }

        return gguf;
    }

    /// <summary>The sizes of a model as metadata, without the architecture in front.</summary>
    public static IEnumerable<(string Key, object Value)> Sizes(ModelConfig config) =>
        [
            ("block_count", (uint)config.LayerCount),
            ("context_length", (uint)config.MaxPositions),
            ("embedding_length", (uint)config.HiddenSize),
            ("feed_forward_length", (uint)config.IntermediateSize),
            ("attention.head_count", (uint)config.HeadCount),
            ("attention.head_count_kv", (uint)config.KeyValueHeadCount),
            ("attention.layer_norm_rms_epsilon", 0.001f),
        ];

    // Three special tokens, all bytes, and words for the rest.
    private static void AddVocabulary(GgufBytes gguf, int size)
    {
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        int[] types = [2, 3, 3, .. Enumerable.Repeat(6, 256)];
        var words = size - tokens.Length;
        gguf.Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.tokens", (string[])[.. tokens, .. Enumerable.Range(0, words).Select(i => $"\u2581w{i}")])
            .Add("tokenizer.ggml.scores", (float[])[.. Enumerable.Range(0, size).Select(i => (float)-i)])
            .Add("tokenizer.ggml.token_type", (int[])[.. types, .. Enumerable.Repeat(1, words)])
            .Add("tokenizer.ggml.bos_token_id", 1u)
            .Add("tokenizer.ggml.eos_token_id", 2u)
            .Add("tokenizer.ggml.unknown_token_id", 0u);
    }

    private static string NameOf(string name, string architecture)
    {
        string behind = architecture == "olmo2" ? "post_attention_norm" : "ffn_norm";
        string result = Layer().Replace(name, "blk.$1.").Replace("post_attention_layernorm", behind, StringComparison.Ordinal);
        return s_names.Aggregate(result, (text, pair) => text.Replace(pair.HuggingFace, pair.Gguf, StringComparison.Ordinal));
    }

    /// <summary>
    /// Rows of each head from (half, pair) to (pair, half): numpy's reshape(heads, 2, rows / heads / 2, ...).swapaxes(1, 2).
    /// </summary>
    private static float[] Permuted(float[] values, int heads, int rows)
    {
        int width = values.Length / rows;
        int pairs = rows / heads / 2;
        var result = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            (int head, int within) = Math.DivRem(row, 2 * pairs);
            (int half, int pair) = Math.DivRem(within, pairs);
            values.AsSpan(row * width, width).CopyTo(result.AsSpan((((head * pairs) + pair) * 2 + half) * width));
        }

        return result;
    }

    [GeneratedRegex(@"^model\.layers\.(\d+)\.")]
    private static partial Regex Layer();
}
