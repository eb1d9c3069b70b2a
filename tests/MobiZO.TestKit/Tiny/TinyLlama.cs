using System.Globalization;

namespace MobiZO.TestKit.Tiny;

/// <summary>A random Llama of a few thousand numbers.</summary>
/// <param name="layers">L.</param>
/// <param name="heads">Query heads.</param>
/// <param name="keyValueHeads">Key/value heads.</param>
/// <param name="hidden">H; need not be heads * headDimension.</param>
/// <param name="headDimension">Width of a head.</param>
/// <param name="vocabulary">V.</param>
/// <param name="bias">Whether every linear layer has a bias.</param>
/// <param name="tied">Whether the head is the embedding.</param>
/// <param name="seed">Another seed, another model.</param>
public sealed class TinyLlama(
    int layers = 2,
    int heads = 4,
    int keyValueHeads = 2,
    int hidden = 24,
    int headDimension = 6,
    int vocabulary = 40,
    bool bias = false,
    bool tied = true,
    ulong seed = 1
)
    : TinyModel(
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {
              "model_type": "llama", "hidden_act": "silu", "hidden_size": {{hidden}}, "intermediate_size": {{2 * hidden}},
              "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}}, "num_key_value_heads": {{keyValueHeads}},
              "head_dim": {{headDimension}}, "vocab_size": {{vocabulary}}, "max_position_embeddings": 64,
              "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": {{(tied ? "true" : "false")}},
              "attention_bias": {{(bias ? "true" : "false")}}, "mlp_bias": {{(bias ? "true" : "false")}},
              "bos_token_id": 0, "eos_token_id": 0
            }
            """
        ),
        seed
    );
