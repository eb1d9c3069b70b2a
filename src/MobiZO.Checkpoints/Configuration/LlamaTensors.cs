namespace MobiZO.Checkpoints.Configuration;

/// <summary>The tensors a Llama has, by their Hugging Face names; linear weights are [out, in].</summary>
internal static class LlamaTensors
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string Head = "lm_head.weight";

    /// <summary>In the order of the layers. Lazy: a damaged layer count costs nothing before its first missing tensor.</summary>
    public static IEnumerable<(string Name, int[] Shape)> Expected(ModelConfig config)
    {
        yield return (Embedding, [config.VocabularySize, config.HiddenSize]);
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach ((string name, int[] shape) in Layer(config))
            {
                yield return ($"model.layers.{layer}.{name}", shape);
            }
        }

        yield return ("model.norm.weight", [config.HiddenSize]);
        if (!config.TieWordEmbeddings)
        {
            yield return (Head, [config.VocabularySize, config.HiddenSize]);
        }
    }

    private static IEnumerable<(string Name, int[] Shape)> Layer(ModelConfig config)
    {
        int queries = config.HeadCount * config.HeadDimension;
        int keys = config.KeyValueHeadCount * config.HeadDimension;
        (string Name, int Out, int In, bool Bias)[] linears =
        [
            ("self_attn.q_proj", queries, config.HiddenSize, config.AttentionBias),
            ("self_attn.k_proj", keys, config.HiddenSize, config.AttentionBias),
            ("self_attn.v_proj", keys, config.HiddenSize, config.AttentionBias),
            ("self_attn.o_proj", config.HiddenSize, queries, config.AttentionBias),
            ("mlp.gate_proj", config.IntermediateSize, config.HiddenSize, config.MlpBias),
            ("mlp.up_proj", config.IntermediateSize, config.HiddenSize, config.MlpBias),
            ("mlp.down_proj", config.HiddenSize, config.IntermediateSize, config.MlpBias),
        ];

        yield return ("input_layernorm.weight", [config.HiddenSize]);
        yield return ("post_attention_layernorm.weight", [config.HiddenSize]);
        foreach ((string name, int outputs, int inputs, bool bias) in linears)
        {
            yield return ($"{name}.weight", [outputs, inputs]);
            if (bias)
            {
                yield return ($"{name}.bias", [outputs]);
            }
        }
    }
}
