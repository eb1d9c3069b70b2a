using MobiZO.Checkpoints.Architecture;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Checkpoints.Tests.Opening;

public sealed class HuggingFaceFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Goldens()
    {
        var data = new TheoryData<string>();
        foreach (string folder in GoldenFamilies.Models)
        {
            data.Add(Path.GetFileName(folder));
        }

        return data;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Golden_checkpoints_open_and_read(string name)
    {
        using Checkpoint checkpoint = Checkpoint.Open(Shared.PathOf("fixtures", "models", name));
        Assert.Equal(CheckpointFormat.HuggingFace, checkpoint.Format);
        ModelDescription model = checkpoint.Description;
        Assert.Equal(checkpoint.Config.TieWordEmbeddings, model.Head.Table == model.Embedding.Table);
        foreach (string tensor in checkpoint.Tensors.Keys)
        {
            float[] values = TestReading.Whole(checkpoint, tensor);
            Assert.DoesNotContain(values, value => !float.IsFinite(value));
            Assert.Contains(values, value => value != 0);
        }
    }

    [Fact]
    public void The_bundled_model_opens()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(Shared.Repository, "models", "nano"));
        Assert.Equal((256, 6, 4096), (checkpoint.Config.HiddenSize, checkpoint.Config.LayerCount, checkpoint.Config.VocabularySize));
        Assert.Equal("F16", checkpoint.Tensors["model.norm.weight"].StoredType);
        Assert.Equal("<|endoftext|>", checkpoint.SpecialTokens["eos_token"]);
        Assert.NotNull(checkpoint.TokenizerFile);
        Assert.Null(checkpoint.ChatTemplate);
    }

    [Fact]
    public void Shards_are_read_through_the_index()
    {
        WriteShards();
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(1000, TestReading.Whole(checkpoint, "model.layers.0.input_layernorm.weight")[0]);
        Assert.Equal(19000, TestReading.Whole(checkpoint, "model.norm.weight")[0]);
    }

    [Theory]
    [InlineData("b.safetensors", "c.safetensors", "no such file")]
    [InlineData("b.safetensors", "../b.safetensors", "same folder")]
    [InlineData("\"b.safetensors\"", "7", "expected a text")]
    [InlineData("\"model.norm.weight\"", "\"model.other.weight\"", "model.other.weight")]
    [InlineData("\"model.norm.weight\": \"b.safetensors\"", "\"model.norm.weight\": \"a.safetensors\"", "found nothing of that name")]
    [InlineData("\"model.norm.weight\"", "\"\\ud800\"", "not valid JSON")]
    [InlineData("weight_map", "weights", "weight_map")]
    [InlineData("{\"weight_map\"", "[{\"weight_map\"", "JSON")]
    public void Wrong_indexes_are_refused(string original, string replacement, string expectedInMessage)
    {
        string index = WriteShards();
        Assert.Contains(original, index);
        _folder.Write("model.safetensors.index.json", index.Replace(original, replacement, StringComparison.Ordinal));
        Assert.Contains(expectedInMessage, Refused());
    }

    [Fact]
    public void Wrong_tensors_are_refused()
    {
        var tensors = TinyLlama.Tensors();
        TinyLlama.WriteFolder(_folder, tensors.Where(tensor => tensor.Name != "model.layers.1.mlp.up_proj.weight"));
        Assert.Contains("'model.layers.1.mlp.up_proj.weight': expected shape [12, 8]", Refused());

        TinyLlama.WriteFolder(
            _folder,
            tensors.Select(tensor => tensor.Name == "model.norm.weight" ? (tensor.Name, tensor.Type, [4, 2], tensor.Data) : tensor)
        );
        Assert.Contains("'model.norm.weight': expected shape [8] by config.json, found [4, 2]", Refused());

        TinyLlama.WriteFolder(
            _folder,
            tensors.Select(tensor => tensor.Name == "model.norm.weight" ? (tensor.Name, "I32", tensor.Shape, tensor.Data) : tensor)
        );
        Assert.Contains("expected F32, F16, BF16 or F64, found I32", Refused());

        TinyLlama.WriteFolder(
            _folder,
            tensors,
            TinyLlama.Config.Replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false", StringComparison.Ordinal)
        );
        Assert.Contains("'lm_head.weight': expected shape [16, 8]", Refused());

        TinyLlama.WriteFolder(
            _folder,
            tensors,
            TinyLlama.Config.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 10000", StringComparison.Ordinal)
        );
        Assert.Contains("model.layers.2.", Refused());

        TinyLlama.WriteFolder(
            _folder,
            tensors,
            TinyLlama.Config.Replace("\"bos_token_id\"", "\"attention_bias\": true, \"bos_token_id\"", StringComparison.Ordinal)
        );
        Assert.Contains("self_attn.q_proj.bias", Refused());
    }

    /// <summary>A tensor whose use is not known changes what the model computes.</summary>
    [Theory]
    [InlineData("model.layers.1.self_attn.o_proj.bias", "a bias that is not announced")]
    [InlineData("model.layers.2.input_layernorm.weight", "layer 2")]
    [InlineData("model.layers.0.self_attn.q_norm.weight", "llama of 2 layers")]
    [InlineData("rotary_emb.other", "llama of 2 layers")]
    public void Tensors_that_the_family_does_not_know_are_refused(string name, string expectedInMessage)
    {
        TinyLlama.WriteFolder(_folder, [.. TinyLlama.Tensors(), (name, "F32", [2], new byte[8])]);
        string message = Refused();
        Assert.Contains($"'{name}'", message);
        Assert.Contains(expectedInMessage, message);
    }

    [Fact]
    public void Tensors_that_carry_nothing_are_left_out()
    {
        TinyLlama.WriteFolder(
            _folder,
            [
                .. TinyLlama.Tensors(),
                ("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", [2], new byte[8]),
                ("lm_head.weight", "F32", [16, 8], TinyLlama.Tensors().Single(tensor => tensor.Name == "model.embed_tokens.weight").Data),
            ]
        );
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(20, checkpoint.Tensors.Count);
        Assert.Null(checkpoint.FindShape("model.layers.0.self_attn.rotary_emb.inv_freq"));
        Assert.Null(checkpoint.FindShape("lm_head.weight"));
    }

    /// <summary>As in transformers: the map speaks where tokenizer_config.json lists no added tokens.</summary>
    [Theory]
    [InlineData("{}", "<m>")]
    [InlineData("""{"bos_token": "<c>"}""", "<m>")]
    [InlineData("""{"bos_token": "<c>", "added_tokens_decoder": {}}""", "<c>")]
    [InlineData("""{"added_tokens_decoder": {}}""", null)]
    [InlineData(null, "<m>")]
    public void Special_tokens_of_older_folders_come_from_the_map(string? config, string? expected)
    {
        TinyLlama.WriteFolder(_folder);
        _folder.Write("special_tokens_map.json", """{"bos_token": {"content": "<m>", "lstrip": false}}""");
        if (config is not null)
        {
            _folder.Write("tokenizer_config.json", config);
        }

        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(expected, checkpoint.SpecialTokens.GetValueOrDefault("bos_token"));
    }

    [Theory]
    [InlineData("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git-lfs pointer")]
    [InlineData("config.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git-lfs pointer")]
    [InlineData("tokenizer_config.json", "\n<!DOCTYPE html><html>", "web page (HTML)")]
    [InlineData("model.safetensors", "<html><head>", "web page (HTML)")]
    public void What_a_failed_download_leaves_is_named(string name, string text, string what)
    {
        TinyLlama.WriteFolder(_folder);
        string path = _folder.Write(name, text);
        string message = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Message;
        Assert.StartsWith($"{path}: ", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    /// <summary>Two facts that contradict each other are both named; a head that is a copy of the embedding is no contradiction.</summary>
    [Fact]
    public void A_stored_head_beside_a_tied_one_must_be_the_same()
    {
        var tensors = TinyLlama.Tensors();
        var embedding = tensors.Single(tensor => tensor.Name == "model.embed_tokens.weight");
        tensors.Add(("lm_head.weight", embedding.Type, embedding.Shape, [.. embedding.Data]));
        TinyLlama.WriteFolder(_folder, tensors);
        using (Checkpoint.Open(_folder.Path)) { }

        tensors[^1].Data[5] ^= 1;
        TinyLlama.WriteFolder(_folder, tensors);
        string message = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Message;
        Assert.Contains("'lm_head.weight'", message, StringComparison.Ordinal);
        Assert.Contains("tie_word_embeddings is true", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_head_of_another_type_may_have_the_same_values()
    {
        var tensors = TinyLlama.Tensors();
        int place = tensors.FindIndex(tensor => tensor.Name == "model.embed_tokens.weight");
        var embedding = tensors[place];
        byte[] halves = [.. embedding.Data.Chunk(4).SelectMany(value => value[2..])];
        byte[] wholes = [.. halves.Chunk(2).SelectMany(value => (byte[])[0, 0, .. value])];
        tensors[place] = (embedding.Name, "BF16", embedding.Shape, halves);
        tensors.Add(("lm_head.weight", "F32", embedding.Shape, wholes));
        TinyLlama.WriteFolder(_folder, tensors);
        using (Checkpoint.Open(_folder.Path)) { }

        wholes[0] ^= 1;
        TinyLlama.WriteFolder(_folder, tensors);
        Assert.Contains("found other values", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Special_tokens_and_templates_are_found()
    {
        TinyLlama.WriteFolder(_folder);
        _folder.Write(
            "tokenizer_config.json",
            """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "unk_token": null, "chat_template": "plain"}"""
        );
        using (Checkpoint checkpoint = Checkpoint.Open(_folder.Path))
        {
            Assert.Equal(
                ("<s>", "</s>", 2),
                (checkpoint.SpecialTokens["bos_token"], checkpoint.SpecialTokens["eos_token"], checkpoint.SpecialTokens.Count)
            );
            Assert.Equal("plain", checkpoint.ChatTemplate);
        }

        _folder.Write(
            "tokenizer_config.json",
            """{"chat_template": [{"name": "tools", "template": "t"}, {"name": "default", "template": "d"}]}"""
        );
        using (Checkpoint checkpoint = Checkpoint.Open(_folder.Path))
        {
            Assert.Equal("d", checkpoint.ChatTemplate);
        }

        _folder.Write("chat_template.jinja", "file");
        using (Checkpoint checkpoint = Checkpoint.Open(_folder.Path))
        {
            Assert.Equal("file", checkpoint.ChatTemplate);
        }
    }

    [Theory]
    [InlineData("""{"bos_token": 7}""", "bos_token")]
    [InlineData("""{"bos_token": {"text": "x"}}""", "bos_token.content")]
    [InlineData("""{"chat_template": 7}""", "chat_template")]
    [InlineData("""{"chat_template": [7]}""", "chat_template")]
    [InlineData("""{"chat_template": "\ud800"}""", "chat_template")]
    [InlineData("""{""", "JSON")]
    public void Wrong_tokenizer_configs_are_refused(string json, string expectedInMessage)
    {
        TinyLlama.WriteFolder(_folder);
        _folder.Write("tokenizer_config.json", json);
        Assert.Contains(expectedInMessage, Refused());
    }

    private string Refused() => Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Message;

    private string WriteShards()
    {
        var tensors = TinyLlama.Tensors();
        _folder.Write("config.json", TinyLlama.Config);
        _folder.Write("a.safetensors", SafetensorsBytes.Build([.. tensors[..10]]));
        _folder.Write("b.safetensors", SafetensorsBytes.Build([.. tensors[10..]]));
        string index =
            "{\"weight_map\": {"
            + string.Join(", ", tensors.Select((tensor, i) => $"\"{tensor.Name}\": \"{(i < 10 ? "a" : "b")}.safetensors\""))
            + "}}";
        _folder.Write("model.safetensors.index.json", index);
        return index;
    }
}
