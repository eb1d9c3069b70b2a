using System.Globalization;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.Assembling;

/// <summary>Names and extents of the tensors of a Llama decoder layer.</summary>
internal static class LlamaLayer
{
    public const string EmbeddingName = "model.embed_tokens.weight";

    public static string Prefix(int layer) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}");

    public static IEnumerable<AdapterModule> Modules(ModelConfig config, int layer)
    {
        var prefix = Prefix(layer);
        var (hidden, queries, keys) = (config.HiddenSize, config.HeadCount * config.HeadDimension, config.KeyValueHeadCount * config.HeadDimension);
        yield return new(prefix + ".self_attn.q_proj", layer, hidden, queries);
        yield return new(prefix + ".self_attn.k_proj", layer, hidden, keys);
        yield return new(prefix + ".self_attn.v_proj", layer, hidden, keys);
        yield return new(prefix + ".self_attn.o_proj", layer, queries, hidden);
        yield return new(prefix + ".mlp.gate_proj", layer, hidden, config.IntermediateSize);
        yield return new(prefix + ".mlp.up_proj", layer, hidden, config.IntermediateSize);
        yield return new(prefix + ".mlp.down_proj", layer, config.IntermediateSize, hidden);
    }

    /// <summary>Name of the value that enters a linear layer.</summary>
    public static string InputOf(string module)
    {
        var at = module.IndexOf('.', "model.layers.".Length);
        var layer = module[..at];
        return module[(at + 1)..] switch
        {
            "self_attn.o_proj" => layer + ".attended",
            "mlp.gate_proj" or "mlp.up_proj" => layer + ".post_attention_layernorm",
            "mlp.down_proj" => layer + ".gated",
            _ => layer + ".input_layernorm",
        };
    }

    public static Weight Norm(ModelConfig config, int layer, string name) => new($"{Prefix(layer)}.{name}.weight", config.HiddenSize);
}
