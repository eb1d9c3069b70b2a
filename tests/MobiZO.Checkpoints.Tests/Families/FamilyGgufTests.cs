using System.Globalization;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>
/// GGUF files of families that no golden file shows, and metadata that only some files have. A golden folder that is converted here has the
/// model and the bits of the folder.
/// </summary>
public sealed class FamilyGgufTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Converted => [.. ConvertedGguf.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Converted))]
    public void Converted_folders_are_the_same_model(string name)
    {
        using Checkpoint source = Checkpoint.Open(Shared.PathOf("fixtures", "models", name));
        using Checkpoint gguf = Checkpoint.Open(_folder.Write("model.gguf", ConvertedGguf.Of(name).Build()));
        Assert.Equal(source.Tensors.Keys, gguf.Tensors.Keys);
        foreach (string tensor in source.Tensors.Keys)
        {
            Assert.Equal(TestReading.Whole(source, tensor), TestReading.Whole(gguf, tensor));
        }

        // Files of llama have no window: llama.cpp runs Mistral without one.
        ModelDescription expected = source.Description;
        expected =
            name != "mistral"
                ? expected
                : expected with
                {
                    Layers = [.. expected.Layers.Select(layer => layer with { Attention = layer.Attention with { Window = null } })],
                };
        Assert.Equal(DescriptionText.Of(expected), DescriptionText.Of(gguf.Description));
    }

    [Theory]
    [InlineData("gemma2", 46, 1 / 16.0, "attention.sliding_window=6u")]
    [InlineData("gemma2", 42, 1 / 32.0, "attention.sliding_window=6u")]
    [InlineData("gemma3", 62, 1 / 16.0, "attention.sliding_window=6u")]
    [InlineData("gemma3", 34, 1 / 32.0, "attention.sliding_window=6u")]
    public void The_largest_Gemma_has_another_scale(string architecture, int layers, double expected, params string[] metadata) =>
        Assert.All(Read(architecture, layers, metadata).Layers, layer => Assert.Equal(expected, layer.Attention.Scale, 1e-12));

    [Theory]
    [InlineData("gemma2", "4096 - 4096 -")]
    [InlineData("gemma2", "6 - 6 -", "attention.sliding_window=6u")]
    [InlineData("gemma2", "6 6 - 6", "attention.sliding_window=6u", "attention.sliding_window_pattern=3u")]
    [InlineData("gemma3", "- - - -")]
    [InlineData("gemma3", "6 6 6 6", "attention.sliding_window=6u")]
    [InlineData("gemma3", "6 - 6 -", "attention.sliding_window=6u", "attention.sliding_window_pattern=2u")]
    [InlineData("qwen3", "- - - -", "attention.sliding_window=0u")]
    public void Windows_are_those_of_the_metadata(string architecture, string expected, params string[] metadata) =>
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                Read(architecture, 4, metadata)
                    .Layers.Select(layer => layer.Attention.Window?.ToString(CultureInfo.InvariantCulture) ?? "-")
            )
        );

    /// <summary>Local layers of Gemma 3 have a base of their own and no scaling.</summary>
    [Theory]
    [InlineData(1e4, 1e6, 8.0, "rope.freq_base=1000000", "rope.scaling.type=linear", "rope.scaling.factor=8")]
    [InlineData(500.0, 1e4, 1.0, "rope.freq_base_swa=500")]
    public void Rotations_of_Gemma_3_are_two(double local, double whole, double factor, params string[] metadata)
    {
        ModelDescription model = Read("gemma3", 6, [.. metadata, "attention.sliding_window=6u"]);
        IReadOnlyList<double> near = model.Layers[0].Attention.Rotary!.InverseFrequencies;
        IReadOnlyList<double> far = model.Layers[5].Attention.Rotary!.InverseFrequencies;
        Assert.Equal((1, 1 / factor), (near[0], far[0]));
        Assert.Equal(Math.Pow(local, -1.0 / near.Count), near[1], 1e-12);
        Assert.Equal(Math.Pow(whole, -1.0 / far.Count) / factor, far[1], 1e-12);
    }

    [Theory]
    [InlineData("llama", "'llama.rope.freq_base_swa': expected no such key", "rope.freq_base_swa=500")]
    [InlineData("llama", "'llama.attention.causal': expected true", "attention.causal=false")]
    [InlineData("qwen3", "'qwen3.attention.sliding_window': expected 0", "attention.sliding_window=6u")]
    [InlineData("qwen3", "'qwen3.rope.scaling.type': expected a supported scaling", "rope.scaling.type=unheard")]
    [InlineData("olmo2", "'olmo2.attention.sliding_window': expected 0", "attention.sliding_window=6u")]
    [InlineData("smollm3", "'smollm3.attention.scale': expected 0", "attention.scale=0.5")]
    [InlineData("gemma", "'gemma.final_logit_softcapping': expected 0", "final_logit_softcapping=30")]
    [InlineData("gemma", "'gemma.attention.sliding_window': expected 0", "attention.sliding_window=6u")]
    [InlineData("gemma2", "'gemma2.rope.freq_base_swa': expected no such key", "rope.freq_base_swa=500")]
    [InlineData("gemma2", "'gemma2.attn_logit_softcapping': expected a number above 0", "attn_logit_softcapping=0")]
    [InlineData("gemma3", "'gemma3.attn_logit_softcapping': expected null", "attn_logit_softcapping=50")]
    [InlineData(
        "gemma3",
        "'gemma3.attention.sliding_window_pattern': expected a whole number from 1",
        "attention.sliding_window_pattern=0u"
    )]
    [InlineData("granite", "'granite.rope.scaling.finetuned': expected true", "rope.scaling.finetuned=false")]
    [InlineData("granite", "'granite.expert_count': expected no mixture of experts", "expert_count=4u")]
    [InlineData("granite", "'granite.logit_scale': expected a number above 0", "logit_scale=-1")]
    public void What_changes_results_is_refused_by_name(string architecture, string expectedInMessage, params string[] metadata) =>
        Assert.Contains(
            expectedInMessage,
            Assert.Throws<CheckpointException>(() => Read(architecture, 4, metadata)).Message,
            StringComparison.Ordinal
        );

    // H is not heads * width: 512 over 2 heads of 1024.
    private ModelDescription Read(string architecture, int layers, string[] metadata)
    {
        var config = new ModelConfig
        {
            ModelType = architecture,
            HiddenSize = 512,
            IntermediateSize = 8,
            LayerCount = layers,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadDimension = 1024,
            VocabularySize = 4,
            MaxPositions = 32,
        };
        GgufBytes gguf = new GgufBytes().Add("general.architecture", architecture);
        string[] all = [.. metadata, "attention.key_length=1024u"];
        foreach ((string key, object value) in Numbers(config, all))
        {
            gguf.Add($"{architecture}.{key}", value);
        }

        gguf.Add("token_embd.weight", GgufTensorType.F32, [4, 512], new byte[4 * 512 * sizeof(float)]);
        using GgufParts file = GgufParts.Open(_folder.Write("metadata.gguf", gguf.Build()));
        return ConfigReader.Read(file);
    }

    private static Dictionary<string, object> Numbers(ModelConfig config, string[] metadata)
    {
        Dictionary<string, object> numbers = ConvertedGguf.Sizes(config).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (string[] pair in metadata.Select(text => text.Split('=')))
        {
            numbers[pair[0]] = Value(pair[1]);
        }

        return numbers;
    }

    private static object Value(string text) =>
        text is "true" or "false" ? text == "true"
        : text.EndsWith('u') && uint.TryParse(text[..^1], CultureInfo.InvariantCulture, out uint whole) ? whole
        : float.TryParse(text, CultureInfo.InvariantCulture, out float number) ? number
        : text;
}
