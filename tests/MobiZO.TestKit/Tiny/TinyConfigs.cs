using System.Globalization;

namespace MobiZO.TestKit.Tiny;

/// <summary>A <c>config.json</c> of tiny models, of families that have no golden folder.</summary>
public static class TinyConfigs
{
    /// <summary>Falcon as 7B: one key/value head, one norm a layer.</summary>
    public static string Falcon7(int vocabulary = 40) =>
        Falcon(vocabulary, """ "multi_query": true, "new_decoder_architecture": false, "parallel_attn": true, "bias": false """);

    /// <summary>Falcon as 40B: groups of heads, two norms a layer.</summary>
    public static string Falcon40(int vocabulary = 40) =>
        Falcon(vocabulary, """ "num_kv_heads": 2, "new_decoder_architecture": true, "parallel_attn": true, "bias": false """);

    /// <summary>Falcon as 11B: groups of heads, one norm a layer; here with a head of its own.</summary>
    public static string Falcon11(int vocabulary = 40) =>
        Falcon(
            vocabulary,
            """
             "num_kv_heads": 2, "new_decoder_architecture": true, "num_ln_in_parallel_attn": 1, "parallel_attn": true, "bias": false,
             "tie_word_embeddings": false, "rope_theta": 500042.0
            """
        );

    /// <summary>Falcon with the MLP behind attention, biases, and keys and values for every head.</summary>
    public static string FalconInSequence(int vocabulary = 40) =>
        Falcon(vocabulary, """ "multi_query": false, "new_decoder_architecture": false, "parallel_attn": false, "bias": true """);

    /// <summary>GPT-Neo: one layer that sees everything, one with a window.</summary>
    public static string GptNeo =>
        """
            {
              "model_type": "gpt_neo", "activation_function": "gelu_new", "hidden_size": 32, "num_layers": 2, "num_heads": 4,
              "intermediate_size": null, "attention_types": [[["global", "local"], 1]], "window_size": 3, "max_position_embeddings": 64,
              "vocab_size": 40, "layer_norm_epsilon": 1e-05, "bos_token_id": 0, "eos_token_id": 0
            }
            """;

    private static string Falcon(int vocabulary, string rest) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {
              "model_type": "falcon", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": {{vocabulary}},
              "layer_norm_epsilon": 1e-05, "alibi": false, "bos_token_id": 1, "eos_token_id": 2, {{rest}}
            }
            """
        );
}
