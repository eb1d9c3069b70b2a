namespace MobiZO.Checkpoints.Gguf;

/// <summary>GGUF names of a Llama's tensors.</summary>
internal static class GgufNames
{
    private const string LayerPrefix = "model.layers.";

    private static readonly Dictionary<string, string> s_stems = new(StringComparer.Ordinal)
    {
        ["model.embed_tokens"] = "token_embd",
        ["model.norm"] = "output_norm",
        ["lm_head"] = "output",
        ["input_layernorm"] = "attn_norm",
        ["post_attention_layernorm"] = "ffn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
    };

    /// <summary>From a Hugging Face name, e.g. <c>model.layers.3.mlp.up_proj.weight</c> to <c>blk.3.ffn_up.weight</c>.</summary>
    public static string Of(string name)
    {
        string prefix = "";
        string rest = name;
        if (name.StartsWith(LayerPrefix, StringComparison.Ordinal))
        {
            int dot = name.IndexOf('.', LayerPrefix.Length);
            prefix = $"blk.{name[LayerPrefix.Length..dot]}.";
            rest = name[(dot + 1)..];
        }

        int kind = rest.LastIndexOf('.');
        return $"{prefix}{s_stems[rest[..kind]]}{rest[kind..]}";
    }

    /// <summary>Whether a tensor carries nothing the model needs: rotary tables, the divisors among them (they are read with the config).</summary>
    public static bool IsIgnored(string name) =>
        name == "rope_freqs.weight"
        || name.EndsWith(".rope_freqs.weight", StringComparison.Ordinal)
        || name.EndsWith(".attn_rot_embd.weight", StringComparison.Ordinal);
}
