using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Opening;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Checkpoints.Tests.Opening;

public sealed class ConfigReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Goldens()
    {
        var data = new TheoryData<string>();
        foreach (string folder in Shared.Folders("fixtures/models"))
        {
            data.Add(Path.GetFileName(folder));
        }

        return data;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Both_layouts_say_the_same_and_other_models_are_named(string name)
    {
        string path = Shared.PathOf("fixtures", "models", name, "config.json");
        if (GoldenFamilies.RefusedModels.Any(folder => Path.GetFileName(folder) == name))
        {
            Assert.Contains(
                $"model_type: expected a supported family ({string.Join(", ", ModelFamilies.ModelTypes)})",
                Assert.Throws<CheckpointException>(() => ConfigReader.Read(path)).Message
            );
            return;
        }

        ModelDescription model = ConfigReader.Read(path);
        ModelDescription hub = ConfigReader.Read(Shared.PathOf("fixtures", "models", name, "config.hub.json"));
        Assert.Equal(model.Config.EosTokenIds, hub.Config.EosTokenIds);
        Assert.Equal(model.Config with { EosTokenIds = [] }, hub.Config with { EosTokenIds = [] });
        Assert.Equal(model.Layers.Select(layer => layer.Attention.Rotary), hub.Layers.Select(layer => layer.Attention.Rotary));
        Assert.Equal(model.Layers.Select(Wiring), hub.Layers.Select(Wiring));
        Assert.Equal(model.Tensors.Select(Text), hub.Tensors.Select(Text));
    }

    [Fact]
    public void Defaults_fill_absent_keys()
    {
        ModelDescription model = Read(
            TinyLlama
                .Config.Replace("\"num_key_value_heads\": 1,", "", StringComparison.Ordinal)
                .Replace("\"head_dim\": 4,", "", StringComparison.Ordinal)
                .Replace("\"rope_theta\": 10000.0,", "", StringComparison.Ordinal)
                .Replace("\"tie_word_embeddings\": true,", "\"tie_word_embeddings\": null,", StringComparison.Ordinal)
                .Replace("\"bos_token_id\": 1,", "", StringComparison.Ordinal)
        );
        ModelConfig config = model.Config;
        Assert.Equal((2, 4, false, null), (config.KeyValueHeadCount, config.HeadDimension, config.TieWordEmbeddings, config.BosTokenId));
        Assert.Equal([1, 0.01], model.Layers[0].Attention.Rotary!.InverseFrequencies);
        Assert.Equal([2, 3], config.EosTokenIds);
    }

    [Fact]
    public void End_ids_of_the_generation_config_are_added()
    {
        string generation = _folder.Write("generation_config.json", """{"eos_token_id": [3, 5]}""");
        Assert.Equal([2, 3, 5], ConfigReader.Read(_folder.Write("config.json", TinyLlama.Config), generation).Config.EosTokenIds);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal(8, Read("\uFEFF" + TinyLlama.Config).Config.HiddenSize);

    [Theory]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"t5\"", "model_type: expected a supported family (")]
    [InlineData("\"model_type\": \"llama\",", "", "model_type: expected a text, found nothing")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act: expected silu, found \"gelu\"")]
    [InlineData(
        "\"num_hidden_layers\": 2",
        "\"num_hidden_layers\": 2000000000",
        "num_hidden_layers: expected a whole number from 1 to 10000"
    )]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": -8", "hidden_size: expected a whole number from 1 up, found -8")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 8.5", "found 8.5")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": \"8\"", "found \"8\"")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 99999999999", "found 99999999999")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 8, \"hidden_size\": 8", "not valid JSON")]
    [InlineData("\"head_dim\": 4", "\"head_dim\": 5", "head_dim: expected an even number")]
    [InlineData("\"head_dim\": 4", "\"head_dim\": 2000000000", "head_dim: expected an even number from 2 to 65536")]
    [InlineData("\"num_attention_heads\": 2", "\"num_attention_heads\": 2000000000", "num_attention_heads: expected at most")]
    [InlineData(
        "\"num_key_value_heads\": 1",
        "\"num_key_value_heads\": 3",
        "num_key_value_heads: expected a divisor of num_attention_heads = 2, found 3"
    )]
    [InlineData("\"head_dim\": 4,", "\"hidden_size_\": 4,\"num_attention_heads_\":3,", null)]
    [InlineData("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 0", "rms_norm_eps: expected a number above 0")]
    [InlineData("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e999", "rms_norm_eps: expected a number above 0")]
    [InlineData("\"rms_norm_eps\": 1e-05,", "", "rms_norm_eps: expected a number above 0, found nothing")]
    [InlineData("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": 1", "tie_word_embeddings: expected true or false")]
    [InlineData("\"bos_token_id\": 1", "\"bos_token_id\": 16", "bos_token_id: expected a whole number from 0 to 15, found 16")]
    [InlineData("\"eos_token_id\": [2, 3]", "\"eos_token_id\": [2, \"3\"]", "eos_token_id")]
    [InlineData("\"eos_token_id\": [2, 3]", "\"eos_token_id\": -1", "eos_token_id")]
    [InlineData(
        "\"rope_theta\": 10000.0",
        "\"rope_scaling\": {\"type\": \"xpos\", \"factor\": 2}",
        "rope_scaling.type: expected a supported scaling (default, linear, dynamic, llama3, yarn or longrope), found \"xpos\""
    )]
    [InlineData(
        "\"rope_theta\": 10000.0",
        "\"rope_scaling\": {\"rope_type\": \"linear\"}",
        "rope_scaling.factor: expected a number above 0, found nothing"
    )]
    [InlineData(
        "\"rope_theta\": 10000.0",
        "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 0.5}",
        "rope_scaling.factor: expected a number from 1 up, found 0.5"
    )]
    [InlineData("\"rope_theta\": 10000.0", "\"rope_scaling\": 7", "rope_scaling: expected an object, found 7")]
    [InlineData(
        "\"rope_theta\": 10000.0",
        "\"rope_parameters\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 4, "
            + "\"original_max_position_embeddings\": 8}",
        "high_freq_factor: expected more than low_freq_factor = 4"
    )]
    [InlineData("\"rope_theta\": 10000.0", "\"rope_theta\": -1", "rope_theta: expected a number above 0, found -1")]
    [InlineData("\"rope_theta\": 10000.0", "\"partial_rotary_factor\": 0.5", "partial_rotary_factor: expected 1")]
    [InlineData("\"rope_theta\": 10000.0", "\"quantization_config\": {\"bits\": 4}", "quantization_config")]
    public void Wrong_values_are_refused(string original, string replacement, string? expectedInMessage)
    {
        Assert.Contains(original, TinyLlama.Config);
        string config = TinyLlama.Config.Replace(original, replacement, StringComparison.Ordinal);
        if (expectedInMessage is null)
        {
            Assert.Equal(4, Read(config).Config.HeadDimension);
            return;
        }

        CheckpointException error = Assert.Throws<CheckpointException>(() => Read(config));
        Assert.Contains(_folder.Path, error.Message);
        Assert.Contains(expectedInMessage, error.Message);
    }

    [Fact]
    public void Damaged_files_open_or_say_why() =>
        Damage.Each(System.Text.Encoding.UTF8.GetBytes(TinyLlama.Config), bytes => ConfigReader.Read(_folder.Write("config.json", bytes)));

    private static string Text(ModelTensor tensor) => $"{tensor.Name} {tensor.Role} [{string.Join(',', tensor.Shape)}]";

    private static string Wiring(LayerDescription layer) =>
        FormattableString.Invariant($"{layer.IsParallel} {layer.ResidualScale} {layer.AttentionNorm?.Epsilon} {layer.Mlp.Activation} ")
        + FormattableString.Invariant($"{layer.Attention.Scale} {layer.Attention.Window} {layer.Attention.ScoreCap} ")
        + FormattableString.Invariant($"{layer.Attention.Layout} {layer.Attention.Rotary?.MaxPositions} {layer.Mlp.Layout}");

    private ModelDescription Read(string json) => ConfigReader.Read(_folder.Write("config.json", json));
}
