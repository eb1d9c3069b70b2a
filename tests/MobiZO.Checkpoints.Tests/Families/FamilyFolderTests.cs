using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>Folders and configs as they were published, where they differ from the golden ones.</summary>
public sealed class FamilyFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_head_of_GPT_NeoX_beside_the_embedding_it_is_tied_to_must_be_the_same()
    {
        string source = Shared.PathOf("fixtures", "models", "gpt-neox-hub-buffers");
        File.Copy(Path.Combine(source, "model.safetensors"), Path.Combine(_folder.Path, "model.safetensors"));
        string config = File.ReadAllText(Path.Combine(source, "config.json"));
        _folder.Write(
            "config.json",
            config.Replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true", StringComparison.Ordinal)
        );
        Assert.Contains(
            "tensor 'embed_out.weight': expected what 'gpt_neox.embed_in.weight' holds",
            Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Old_names_of_Falcon_say_the_same()
    {
        string config = TinyConfigs.Falcon40();
        ModelDescription model = ConfigReader.Read(_folder.Write("new.json", config));
        string old = config
            .Replace("num_hidden_layers", "n_layer", StringComparison.Ordinal)
            .Replace("num_attention_heads", "n_head", StringComparison.Ordinal)
            .Replace("num_kv_heads", "n_head_kv", StringComparison.Ordinal);
        ModelDescription read = ConfigReader.Read(_folder.Write("old.json", old));
        Assert.Equal(model.Config with { EosTokenIds = [] }, read.Config with { EosTokenIds = [] });
        Assert.Equal((4, 2, 8, 128, 2048), Sizes(read));
    }

    [Fact]
    public void Falcon_7B_has_one_key_value_head_whatever_else_is_said()
    {
        string config = TinyConfigs.Falcon7().Replace("\"alibi\"", "\"num_kv_heads\": 4, \"alibi\"", StringComparison.Ordinal);
        Assert.Equal((4, 1, 8, 128, 2048), Sizes(ConfigReader.Read(_folder.Write("config.json", config))));
    }

    /// <summary>As <c>facebook/opt-1.3b</c> and others were published.</summary>
    [Fact]
    public void Names_of_OPT_without_their_prefix_are_read()
    {
        string source = Shared.PathOf("fixtures", "models", "opt");
        using Checkpoint whole = Checkpoint.Open(source);
        _folder.Write("config.json", File.ReadAllText(Path.Combine(source, "config.json")));
        SafetensorsWriter.Write(
            Path.Combine(_folder.Path, "model.safetensors"),
            [
                .. whole.Tensors.Keys.Select(name =>
                    (name["model.".Length..], (int[])[.. whole.FindShape(name)!], TestReading.Whole(whole, name))
                ),
            ],
            new Dictionary<string, string>()
        );
        using Checkpoint bare = Checkpoint.Open(_folder.Path);
        Assert.All(whole.Tensors.Keys, name => Assert.Equal(TestReading.Whole(whole, name), TestReading.Whole(bare, name)));
    }

    private static (int Heads, int KeyValueHeads, int HeadDimension, int Inner, int MaxPositions) Sizes(ModelDescription model) =>
        (
            model.Layers[0].Attention.Heads,
            model.Layers[0].Attention.KeyValueHeads,
            model.Config.HeadDimension,
            model.Config.IntermediateSize,
            model.Config.MaxPositions
        );
}
