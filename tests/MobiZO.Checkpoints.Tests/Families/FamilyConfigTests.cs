using System.Globalization;
using System.Text;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Opening;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>
/// Keys of <c>config.json</c> by family: defaults, what layers differ in, and refusals. Golden configs, changed in one place.
/// </summary>
public sealed class FamilyConfigTests
{
    [Fact]
    public void The_page_lists_every_family()
    {
        string page = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "families.md"));
        Assert.All(ModelFamilies.ModelTypes, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
        Assert.All(ModelFamilies.GgufArchitectures, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mistral", "", "", "7 7 7")]
    [InlineData("mistral", "\"sliding_window\": 7", "\"sliding_window\": null", "- - -")]
    [InlineData("mistral", "\"sliding_window\": 7", "\"other\": 7", "4096 4096 4096")]
    [InlineData("qwen3", "\"sliding_window\": null", "\"sliding_window\": 4096", "- - -")]
    [InlineData("gemma2", "", "", "6 - 6")]
    [InlineData("gemma2", "\"layer_types\"", "\"other\"", "6 - 6")]
    [InlineData("gemma2", "\"sliding_window\": 6", "\"other\": 6", "4096 - 4096")]
    [InlineData("gemma3-text", "", "", "6 6 6 6 6 - 6")]
    [InlineData("gemma3-text", "\"layer_types\"", "\"other\"", "6 6 6 6 6 - 6")]
    [InlineData("gemma3-text", "\"layer_types\": [", "\"layer_types\": null, \"sliding_window_pattern\": 2, \"other\": [", "6 - 6 - 6 - 6")]
    [InlineData("gemma3-text", "\"_sliding_window_pattern\": 6", "\"_sliding_window_pattern\": 2", "6 6 6 6 6 - 6")]
    public void Windows_are_those_of_the_layers(string name, string original, string replacement, string expected) =>
        Assert.Equal(
            expected,
            Joined(Read(name, original, replacement), layer => layer.Attention.Window?.ToString(CultureInfo.InvariantCulture))
        );

    [Theory]
    [InlineData("", "", "+ + + -")]
    [InlineData("\"no_rope_layers\"", "\"other\"", "+ + + -")]
    [InlineData("\"no_rope_layers\": [", "\"no_rope_layer_interval\": 2, \"other\": [", "+ - + -")]
    [InlineData("\"no_rope_layers\": [", "\"no_rope_layers\": [0, 1, 0, 1, 1], \"other\": [", "- + - +")]
    public void Layers_without_rotation_are_those_of_the_config(string original, string replacement, string expected)
    {
        string config = Text("smollm3").Replace("\"no_rope_layer_interval\": 4,", "", StringComparison.Ordinal);
        ModelDescription model = Parse(Replaced(config, original, replacement));
        Assert.Equal(expected, Joined(model, layer => layer.Attention.Rotary is null ? null : "+"));
    }

    [Theory]
    [InlineData("gemma2", "\"attn_logit_softcapping\": 5.0", "\"other\": 0", 50.0, 8.0)]
    [InlineData("gemma2", "\"attn_logit_softcapping\": 5.0", "\"attn_logit_softcapping\": null", null, 8.0)]
    [InlineData("gemma2", "\"final_logit_softcapping\": 8.0", "\"other\": 0", 5.0, 30.0)]
    [InlineData("gemma2", "\"final_logit_softcapping\": 8.0", "\"final_logit_softcapping\": null", 5.0, null)]
    [InlineData("gemma3-text", "\"final_logit_softcapping\": null", "\"final_logit_softcapping\": 20.0", null, 20.0)]
    [InlineData("gemma3-text", "\"final_logit_softcapping\": null", "\"other\": null", null, null)]
    public void Caps_are_those_of_the_config(string name, string original, string replacement, double? scores, double? logits)
    {
        ModelDescription model = Read(name, original, replacement);
        Assert.All(model.Layers, layer => Assert.Equal(scores, layer.Attention.ScoreCap));
        Assert.Equal(logits, model.Head.Cap);
    }

    [Theory]
    [InlineData("gemma2", "\"query_pre_attn_scalar\": 24", "\"other\": 24", 1 / 16.0)]
    [InlineData("gemma3-text", "\"query_pre_attn_scalar\": 20", "\"other\": 20", 1 / 16.0)]
    [InlineData("gemma3-text", "\"query_pre_attn_scalar\": 20", "\"query_pre_attn_scalar\": 100", 0.1)]
    [InlineData("granite", "\"attention_multiplier\": 0.15", "\"other\": 0", 1.0)]
    [InlineData("granite", "", "", 0.15)]
    public void Scores_are_scaled_as_the_config_says(string name, string original, string replacement, double expected) =>
        Assert.All(Read(name, original, replacement).Layers, layer => Assert.Equal(expected, layer.Attention.Scale, 1e-12));

    [Fact]
    public void Factors_of_Granite_are_one_when_absent()
    {
        string config = Text("granite");
        foreach (string key in new[] { "embedding_multiplier", "residual_multiplier", "logits_scaling" })
        {
            config = Replaced(config, $"\"{key}\"", $"\"other_{key}\"");
        }

        ModelDescription model = Parse(config);
        Assert.Equal((1.0, 1.0), (model.Embedding.Scale, model.Head.Scale));
        Assert.All(model.Layers, layer => Assert.Equal(1, layer.ResidualScale));
        ModelDescription given = Read("granite", "", "");
        Assert.Equal((3.0, 0.4, 0.35), (given.Embedding.Scale, given.Head.Scale, given.Layers[0].ResidualScale));
    }

    [Theory]
    [InlineData("gemma", true)]
    [InlineData("gemma2", true)]
    [InlineData("gemma3-text", true)]
    [InlineData("smollm3", true)]
    [InlineData("mistral", false)]
    [InlineData("qwen3", false)]
    [InlineData("granite", false)]
    [InlineData("olmo2", false)]
    public void A_head_is_tied_by_the_default_of_its_family(string name, bool isTied) =>
        Assert.Equal(isTied, Read(name, "\"tie_word_embeddings\"", "\"other\"").Config.TieWordEmbeddings);

    /// <summary>The base of a rotation, by the frequency of its second pair.</summary>
    [Theory]
    [InlineData("smollm3", "\"rope_theta\": 50000.0", "\"rope_theta\": null", 0, 2e6, 1.0)]
    [InlineData("qwen3", "\"rope_theta\": 100000.0", "\"rope_theta\": null", 0, 1e4, 1.0)]
    [InlineData("gemma3-text", "", "", 0, 1e4, 1.0)]
    [InlineData("gemma3-text", "", "", 5, 1e6, 8.0)]
    [InlineData("gemma3-text", "\"rope_theta\": 1000000.0", "\"rope_theta\": 5000.0", 5, 5e3, 8.0)]
    [InlineData("gemma3-text", "\"rope_theta\": 10000.0", "\"rope_theta\": 5000.0", 0, 5e3, 1.0)]
    [InlineData("gemma3-text", "\"rope_parameters\"", "\"other\"", 5, 1e6, 1.0)]
    [InlineData("gemma3-text", "\"rope_parameters\"", "\"rope_local_base_freq\": 300.0, \"other\"", 0, 300.0, 1.0)]
    public void Rotations_are_those_of_the_layers(string name, string original, string replacement, int layer, double theta, double factor)
    {
        RotaryDescription rotary = Read(name, original, replacement).Layers[layer].Attention.Rotary!;
        Assert.Equal(1 / factor, rotary.InverseFrequencies[0], 1e-12);
        Assert.Equal(Math.Pow(theta, -1.0 / rotary.InverseFrequencies.Count) / factor, rotary.InverseFrequencies[1], 1e-12);
    }

    [Theory]
    [InlineData("mistral", "\"sliding_window\": 7", "\"sliding_window\": 0", "sliding_window: expected a whole number from 1 up, found 0")]
    [InlineData("mistral", "\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act: expected silu, found \"gelu\"")]
    [InlineData(
        "mistral",
        "\"use_cache\"",
        "\"layer_types\": [\"sliding_attention\", \"full_attention\", \"sliding_attention\"], \"use_cache\"",
        "layer_types: expected sliding_attention for every layer"
    )]
    [InlineData("qwen3", "\"use_sliding_window\": false", "\"use_sliding_window\": true", "use_sliding_window: expected false")]
    [InlineData("qwen3", "\"layer_types\": [", "\"layer_types\": [\"sliding_attention\",", "for each of 3 layers")]
    [InlineData(
        "qwen3",
        "\"rope_type\": \"default\"",
        "\"rope_type\": \"unheard\"",
        "rope_parameters.rope_type: expected a supported scaling"
    )]
    [InlineData("qwen2", "\"full_attention\",", "\"sliding_attention\",", "layer_types: expected full_attention for every layer")]
    [InlineData("gemma", "\"hidden_act\": \"gelu_pytorch_tanh\"", "\"hidden_act\": \"gelu\"", "hidden_act: expected gelu_pytorch_tanh")]
    [InlineData("gemma", "\"head_dim\": 16,", "", "head_dim: expected a whole number from 1 up, found nothing")]
    [InlineData(
        "gemma",
        "\"use_bidirectional_attention\": null",
        "\"use_bidirectional_attention\": true",
        "use_bidirectional_attention: expected false"
    )]
    [InlineData("gemma2", "\"gelu_pytorch_tanh\"", "\"relu\"", "hidden_activation: expected gelu_pytorch_tanh")]
    [InlineData("gemma2", "\"sliding_window\": 6", "\"sliding_window\": null", "sliding_window: expected a whole number from 1 up (some")]
    [InlineData(
        "gemma2",
        "\"full_attention\"",
        "\"chunked_attention\"",
        "layer_types: expected sliding_attention or full_attention for each"
    )]
    [InlineData("gemma2", "\"layer_types\": [", "\"layer_types\": [7,", "layer_types: expected an array of texts")]
    [InlineData(
        "gemma2",
        "\"attn_logit_softcapping\": 5.0",
        "\"attn_logit_softcapping\": 0",
        "attn_logit_softcapping: expected a number above 0"
    )]
    [InlineData(
        "gemma3-text",
        "\"attn_logit_softcapping\": null",
        "\"attn_logit_softcapping\": 50.0",
        "attn_logit_softcapping: expected null"
    )]
    [InlineData("gemma3-text", "\"linear\"", "\"unheard\"", "rope_parameters.full_attention.rope_type: expected a supported scaling")]
    [InlineData(
        "gemma3-text",
        "\"full_attention\": {",
        "\"chunked_attention\": {",
        "rope_parameters.chunked_attention: expected only full_attention"
    )]
    [InlineData(
        "gemma3-text",
        "\"model_type\": \"gemma3_text\"",
        "\"model_type\": \"gemma3\", \"text_config\": {}",
        "a model of text and pictures: use a checkpoint of its text model alone"
    )]
    [InlineData(
        "smollm3",
        "\"no_rope_layers\": [",
        "\"no_rope_layers\": [1], \"other\": [",
        "no_rope_layers: expected 0 or 1 for each of 4 layers"
    )]
    [InlineData("smollm3", "\"no_rope_layers\": [", "\"no_rope_layers\": [2,", "no_rope_layers: expected a whole number from 0 to 1")]
    [InlineData("smollm3", "\"use_sliding_window\": false", "\"use_sliding_window\": true", "use_sliding_window: expected false")]
    [InlineData("granite", "\"logits_scaling\": 2.5", "\"logits_scaling\": 0", "logits_scaling: expected a number above 0, found 0")]
    [InlineData("granite", "\"model_type\": \"granite\"", "\"model_type\": \"granitemoe\"", "found \"granitemoe\"")]
    [InlineData("olmo2", "\"rope_theta\": 500000.0", "\"full_attention\": {}", "rope_parameters.full_attention: expected only rope_type")]
    public void What_changes_results_is_refused_by_name(string name, string original, string replacement, string expectedInMessage) =>
        Assert.Contains(
            expectedInMessage,
            Assert.Throws<CheckpointException>(() => Read(name, original, replacement)).Message,
            StringComparison.Ordinal
        );

    private static string Joined(ModelDescription model, Func<LayerDescription, string?> fact) =>
        string.Join(' ', model.Layers.Select(layer => fact(layer) ?? "-"));

    private static ModelDescription Read(string name, string original, string replacement) =>
        Parse(Replaced(Text(name), original, replacement));

    private static string Text(string name) => File.ReadAllText(Shared.PathOf("fixtures", "models", name, "config.json"));

    private static string Replaced(string config, string original, string replacement)
    {
        Assert.Contains(original, config, StringComparison.Ordinal);
        return original.Length == 0 ? config : config.Replace(original, replacement, StringComparison.Ordinal);
    }

    private static ModelDescription Parse(string config) =>
        ConfigReader.Read(JsonSection.Parse(Encoding.UTF8.GetBytes(config), "config.json"));
}
