using MobiZO.Checkpoints.Opening;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>Keys that change results and are not supported are refused by name.</summary>
public sealed class RefusedKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("phi", "\"qk_layernorm\": false", "\"qk_layernorm\": true", "qk_layernorm: expected false")]
    [InlineData("phi", "gelu_new", "tanh", "hidden_act: expected a supported function (silu, ")]
    [InlineData("phi", "\"partial_rotary_factor\": 0.5", "\"partial_rotary_factor\": 0.25", "partial_rotary_factor: expected a part of 12")]
    [InlineData("phi", "\"partial_rotary_factor\": 0.5", "\"partial_rotary_factor\": 1.5", "partial_rotary_factor: expected a part of 12")]
    [InlineData("phi3", "\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act: expected silu")]
    [InlineData("phi3", "\"model_type\"", "\"attention_bias\": true, \"model_type\"", "attention_bias: expected false")]
    [InlineData("phi3-longrope", "\"rope_type\": \"longrope\"", "\"rope_type\": \"xpos\"", "rope_type: expected a supported scaling")]
    [InlineData("phi3-longrope", "\"short_factor\"", "\"short_factors\"", "short_factors: expected only rope_type")]
    [InlineData(
        "phi3-longrope",
        "\"original_max_position_embeddings\"",
        "\"finetuned\"",
        "original_max_position_embeddings: expected the context"
    )]
    [InlineData("phi3", "\"sliding_window\": 8", "\"sliding_window\": 0", "sliding_window: expected")]
    [InlineData(
        "starcoder2",
        "\"rope_parameters\"",
        "\"rope_scaling\": {\"rope_type\": \"yarn\"}, \"rope_parameters\"",
        "rope_scaling: expected no such key"
    )]
    [InlineData("phi3-longrope", "2.9\n", "2.9, 3.0\n", "short_factor: expected a list of 6 numbers")]
    [InlineData("phi3-longrope", "2.9\n", "\"2.9\"\n", "short_factor: expected a list of numbers above 0")]
    [InlineData("stablelm", "\"qk_layernorm\": false", "\"qk_layernorm\": true", "qk_layernorm: expected false")]
    [InlineData("opt", "\"do_layer_norm_before\": true", "\"do_layer_norm_before\": false", "do_layer_norm_before: expected true")]
    [InlineData(
        "opt",
        "\"_remove_final_layer_norm\": false",
        "\"_remove_final_layer_norm\": true",
        "_remove_final_layer_norm: expected false"
    )]
    [InlineData(
        "opt",
        "\"word_embed_proj_dim\": 48",
        "\"word_embed_proj_dim\": 32",
        "word_embed_proj_dim: expected the same as hidden_size"
    )]
    [InlineData(
        "opt",
        "\"layer_norm_elementwise_affine\": true",
        "\"layer_norm_elementwise_affine\": false",
        "layer_norm_elementwise_affine: expected true"
    )]
    public void Of_golden_folders(string name, string original, string replacement, string expectedInMessage) =>
        Refused(File.ReadAllText(Shared.PathOf("fixtures", "models", name, "config.json")), original, replacement, expectedInMessage);

    [Theory]
    [InlineData("\"alibi\": false", "\"alibi\": true", "alibi: expected false")]
    [InlineData("\"parallel_attn\": true", "\"parallel_attn\": false", "parallel_attn: expected true with new_decoder_architecture")]
    [InlineData("\"num_kv_heads\": 2", "\"num_kv_heads\": 3", "num_kv_heads: expected a divisor of num_attention_heads = 4, found 3")]
    [InlineData("\"bias\": false", "\"activation\": \"tanh\"", "activation: expected a supported function")]
    [InlineData(
        "\"new_decoder_architecture\": true",
        "\"num_ln_in_parallel_attn\": 2",
        "num_ln_in_parallel_attn: expected 1 without new_decoder_architecture"
    )]
    public void Of_Falcon(string original, string replacement, string expectedInMessage) =>
        Refused(TinyConfigs.Falcon40(), original, replacement, expectedInMessage);

    [Theory]
    [InlineData("\"local\"", "\"sparse\"", "attention_types: expected global or local for each of 2 layers")]
    [InlineData("], 1]]", "], 2]]", "attention_types: expected global or local for each of 2 layers")]
    [InlineData("], 1]]", "], -1]]", "attention_types: expected a list of [texts, count]")]
    [InlineData("[[[\"global\", \"local\"], 1]]", "\"global\"", "attention_types: expected a list of [texts, count]")]
    [InlineData("gelu_new", "selu", "activation_function: expected a supported function")]
    public void Of_GPT_Neo(string original, string replacement, string expectedInMessage) =>
        Refused(TinyConfigs.GptNeo, original, replacement, expectedInMessage);

    private void Refused(string config, string original, string replacement, string expectedInMessage)
    {
        Assert.Contains(original, config, StringComparison.Ordinal);
        ConfigReader.Read(_folder.Write("config.json", config));
        string changed = config.Replace(original, replacement, StringComparison.Ordinal);
        string path = _folder.Write("config.json", changed);
        string message = Assert.Throws<CheckpointException>(() => ConfigReader.Read(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(expectedInMessage, message, StringComparison.Ordinal);
    }
}
