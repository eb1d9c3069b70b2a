using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>
/// A Hugging Face folder as a GGUF file in the conventions of llama.cpp's converter, written down here by themselves: names of tensors,
/// and rows of q and k as pairs for the families that it permutes.
/// </summary>
internal static partial class ConvertedGguf
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

    /// <summary>The file.</summary>
    /// <param name="weights">The safetensors file of the folder.</param>
    /// <param name="architecture">What the file says it is.</param>
    /// <param name="numbers">Metadata, without the architecture in front.</param>
    /// <param name="isPermuted">Whether rows of q and k are stored as pairs.</param>
    public static GgufBytes Of(string weights, string architecture, IReadOnlyDictionary<string, object> numbers, bool isPermuted)
    {
        GgufBytes gguf = new GgufBytes().Add("general.architecture", architecture);
        foreach ((string key, object value) in numbers)
        {
            gguf.Add($"{architecture}.{key}", value);
        }

        using SafetensorsFile file = SafetensorsFile.Open(weights);
        foreach ((string name, SafetensorsTensor tensor) in file.Tensors)
        {
            var values = new float[tensor.Shape.Aggregate(1L, (product, extent) => product * extent)];
            file.ReadFloat32(name, 0, values);
            int heads =
                !isPermuted ? 0
                : name.Contains(".q_proj.", StringComparison.Ordinal) ? (int)(uint)numbers["attention.head_count"]
                : name.Contains(".k_proj.", StringComparison.Ordinal) ? (int)(uint)numbers["attention.head_count_kv"]
                : 0;
            gguf.Add(
                NameOf(name, architecture),
                GgufTensorType.F32,
                [.. tensor.Shape.Select(extent => (int)extent)],
                MemoryMarshal.AsBytes<float>(heads > 0 ? Permuted(values, heads, (int)tensor.Shape[0]) : values).ToArray()
            );
        }

        return gguf;
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
