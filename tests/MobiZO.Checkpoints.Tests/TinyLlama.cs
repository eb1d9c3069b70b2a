using System.Runtime.InteropServices;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;
using MobiZO.TestKit.Gguf;

namespace MobiZO.Checkpoints.Tests;

/// <summary>
/// A Llama of a few hundred numbers, written as a Hugging Face folder or a GGUF file: 2 layers, hidden 8, 2 heads of 4, 1 key/value head,
/// 16 tokens.
/// </summary>
internal static class TinyLlama
{
    public const string Config = """
        {
          "model_type": "llama",
          "hidden_act": "silu",
          "hidden_size": 8,
          "intermediate_size": 12,
          "num_hidden_layers": 2,
          "num_attention_heads": 2,
          "num_key_value_heads": 1,
          "head_dim": 4,
          "vocab_size": 16,
          "max_position_embeddings": 32,
          "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0,
          "tie_word_embeddings": true,
          "bos_token_id": 1,
          "eos_token_id": [2, 3]
        }
        """;

    public static List<(string Name, string Type, int[] Shape, byte[] Data)> Tensors()
    {
        var tensors = new List<(string, string, int[], byte[])>();
        Add(tensors, "model.embed_tokens.weight", 16, 8);
        for (int layer = 0; layer < 2; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            Add(tensors, prefix + "input_layernorm.weight", 8);
            Add(tensors, prefix + "post_attention_layernorm.weight", 8);
            Add(tensors, prefix + "self_attn.q_proj.weight", 8, 8);
            Add(tensors, prefix + "self_attn.k_proj.weight", 4, 8);
            Add(tensors, prefix + "self_attn.v_proj.weight", 4, 8);
            Add(tensors, prefix + "self_attn.o_proj.weight", 8, 8);
            Add(tensors, prefix + "mlp.gate_proj.weight", 12, 8);
            Add(tensors, prefix + "mlp.up_proj.weight", 12, 8);
            Add(tensors, prefix + "mlp.down_proj.weight", 8, 12);
        }

        Add(tensors, "model.norm.weight", 8);
        return tensors;
    }

    public static void WriteFolder(
        TemporaryFolder folder,
        IEnumerable<(string Name, string Type, int[] Shape, byte[] Data)>? tensors = null,
        string config = Config
    )
    {
        folder.Write("config.json", config);
        folder.Write("model.safetensors", SafetensorsBytes.Build([.. tensors ?? Tensors()]));
    }

    /// <summary>The same weights as GGUF; only the rows of q and k are not permuted.</summary>
    public static GgufBytes Gguf()
    {
        var gguf = new GgufBytes()
            .Add("general.architecture", "llama")
            .Add("llama.block_count", 2u)
            .Add("llama.context_length", 32u)
            .Add("llama.embedding_length", 8u)
            .Add("llama.feed_forward_length", 12u)
            .Add("llama.attention.head_count", 2u)
            .Add("llama.attention.head_count_kv", 1u)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.tokens", Enumerable.Range(0, 16).Select(i => $"<{i}>").ToArray())
            .Add("tokenizer.ggml.bos_token_id", 1u)
            .Add("tokenizer.ggml.eos_token_id", 2u)
            .Add("tokenizer.ggml.eot_token_id", 3u);
        var model = ConfigReader.Read(JsonSection.Parse(System.Text.Encoding.UTF8.GetBytes(Config), "tiny"));
        var names = model.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.GgufName!);
        foreach ((string name, _, int[] shape, byte[] data) in Tensors())
        {
            gguf.Add(names[name], GgufTensorType.F32, shape, data);
        }

        return gguf;
    }

    private static void Add(List<(string, string, int[], byte[])> tensors, string name, params int[] shape)
    {
        int count = shape.Aggregate(1, (product, dimension) => product * dimension);
        float[] values = [.. Enumerable.Range(0, count).Select(i => (tensors.Count * 1000) + i)];
        tensors.Add((name, "F32", shape, MemoryMarshal.AsBytes<float>(values).ToArray()));
    }
}
