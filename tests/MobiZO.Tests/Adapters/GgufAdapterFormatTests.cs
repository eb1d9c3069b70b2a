using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Gguf;
using MobiZO.TestKit;

namespace MobiZO.Tests.Adapters;

/// <summary>Adapters of llama.cpp. That llama.cpp itself understands them is checked where the other engines are.</summary>
public sealed class GgufAdapterFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-gguf-adapter-").FullName;

    private string Target => Path.Combine(_folder, "adapter.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama-qv", "llama-gqa")]
    [InlineData("llama-alora", "llama-gqa")]
    [InlineData("qwen2-all-linear", "qwen2")]
    [InlineData("gpt2-conv1d", "gpt2")]
    public void An_adapter_survives_with_the_same_bits(string name, string model)
    {
        using var checkpoint = OpenModel(model);
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", name)) with { Base = BaseIdentity.Of(checkpoint, _folder) };

        AdapterFiles.Save(adapter, Target, AdapterFormat.Gguf, checkpoint);
        var again = AdapterFiles.Load(Target, checkpoint, cacheFolder: _folder);

        Assert.True(again.HasSameWeightsAs(adapter));
        Assert.Equal(
            (adapter.Rank, adapter.Alpha, adapter.Scale, adapter.IsFanInFanOut, adapter.Base),
            (again.Rank, again.Alpha, again.Scale, again.IsFanInFanOut, again.Base)
        );
        Assert.Equal(adapter.InvocationTokens, again.InvocationTokens);
    }

    /// <summary>llama.cpp scales by alpha / r, whatever the settings of peft said.</summary>
    [Fact]
    public void A_rank_stabilised_scale_becomes_an_alpha()
    {
        using var checkpoint = OpenModel("llama-gqa");
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-qv")) with { IsRankStabilized = true };

        AdapterFiles.Save(adapter, Target, AdapterFormat.Gguf, checkpoint);

        using var file = GgufFile.Open(Target);
        Assert.Equal(16, file.Metadata.OptionalNumber("adapter.lora.alpha"));
        Assert.Equal(adapter.Scale, AdapterFiles.Load(Target, checkpoint).Scale);
    }

    /// <summary>In files of the llama family rows of queries and keys that are rotated together lie side by side.</summary>
    [Theory]
    [InlineData("llama-alora", "llama-gqa", true)]
    [InlineData("qwen2-all-linear", "qwen2", false)]
    public void Rows_of_b_are_those_of_the_stored_weight(string name, string model, bool isPaired)
    {
        using var checkpoint = OpenModel(model);
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", name));
        AdapterFiles.Save(adapter, Target, AdapterFormat.Gguf, checkpoint);
        using var file = GgufFile.Open(Target);
        var (width, rank) = (checkpoint.Config.HeadDimension, adapter.Rank);
        foreach (var (module, tensor) in new[] { ("q_proj", "attn_q"), ("k_proj", "attn_k"), ("v_proj", "attn_v") })
        {
            var pair = adapter.Modules.Single(found => found.Name == $"model.layers.1.self_attn.{module}");
            var stored = Read(file, $"blk.1.{tensor}.weight.lora_b");
            for (var row = 0; row < pair.OutputSize; row++)
            {
                // Row i of a head and row i + half of it are neighbours.
                var (head, within) = Math.DivRem(row, width);
                var place = isPaired && module != "v_proj" ? (head * width) + (within % (width / 2) * 2) + (within / (width / 2)) : row;
                Assert.Equal(pair.B[(row * rank)..((row + 1) * rank)], stored[(place * rank)..((place + 1) * rank)]);
            }

            Assert.Equal(pair.A, Read(file, $"blk.1.{tensor}.weight.lora_a"));
        }
    }

    [Fact]
    public void Ranks_of_their_own_are_read()
    {
        using var checkpoint = OpenModel("qwen2");
        var (hidden, inner) = (checkpoint.Config.HiddenSize, checkpoint.Config.IntermediateSize);
        var writer = NewWriter("qwen2", 6);
        Add(writer, "blk.0.attn_output.weight", 2, hidden, hidden);
        Add(writer, "blk.1.ffn_up.weight", 3, hidden, inner);
        writer.Write(Target);

        var adapter = AdapterFiles.Load(Target, checkpoint);

        // 6 / 2 and 6 / 3; every product is r * 0.5 * 0.25.
        Assert.Equal((3, 2f), (adapter.Rank, adapter.Scale));
        Assert.Equal(["model.layers.0.self_attn.o_proj", "model.layers.1.mlp.up_proj"], adapter.Modules.Select(module => module.Name));
        Assert.Equal(3 * 2 * 0.125, adapter.Scale * ProductAt(adapter.Modules[0]), 1e-6);
        Assert.Equal(2 * 3 * 0.125, adapter.Scale * ProductAt(adapter.Modules[1]), 1e-6);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0f)]
    public void Without_an_alpha_nothing_is_scaled(float? alpha)
    {
        using var checkpoint = OpenModel("qwen2");
        var writer = NewWriter("qwen2", alpha);
        Add(writer, "blk.0.attn_output.weight", 2, checkpoint.Config.HiddenSize, checkpoint.Config.HiddenSize);
        writer.Write(Target);

        Assert.Equal(1, AdapterFiles.Load(Target, checkpoint).Scale);
    }

    [Theory]
    [InlineData("general.type", "model", "blk.0.attn_output.weight", "general.type")]
    [InlineData("adapter.type", "control_vector", "blk.0.attn_output.weight", "adapter.type")]
    [InlineData("general.architecture", "llama", "blk.0.attn_output.weight", "general.architecture")]
    [InlineData("", "", "blk.9.attn_output.weight", "blk.9.attn_output.weight.lora_a")]
    [InlineData("", "", "token_embd.weight", "token_embd.weight.lora_a")]
    [InlineData("", "", "blk.0.ffn_down.weight", "another model")]
    public void What_is_no_adapter_of_the_model_is_refused(string key, string value, string tensor, string part)
    {
        using var checkpoint = OpenModel("qwen2");
        var writer = new GgufWriter();
        foreach (var (name, usual) in new[] { ("general.architecture", "qwen2"), ("general.type", "adapter"), ("adapter.type", "lora") })
        {
            writer.AddText(name, name == key ? value : usual);
        }

        Add(writer, tensor, 2, checkpoint.Config.HiddenSize, checkpoint.Config.HiddenSize);
        writer.Write(Target);
        var message = Assert.Throws<CheckpointException>(() => AdapterFiles.Load(Target, checkpoint)).Message;
        Assert.StartsWith(Target, message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_pair_and_norms_are_refused_by_name()
    {
        using var checkpoint = OpenModel("qwen2");
        var hidden = checkpoint.Config.HiddenSize;
        var writer = NewWriter("qwen2", 4);
        writer.AddMatrix("blk.0.attn_output.weight.lora_a", 2, hidden, new float[2 * hidden]);
        writer.Write(Target);
        Assert.Contains(
            "'blk.0.attn_output.weight.lora_b' is missing",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(Target, checkpoint)).Message,
            StringComparison.Ordinal
        );

        writer = NewWriter("qwen2", 4);
        writer.AddMatrix("blk.0.attn_norm.weight", 1, hidden, new float[hidden]);
        writer.Write(Target);
        Assert.Contains(
            "blk.0.attn_norm.weight",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(Target, checkpoint)).Message,
            StringComparison.Ordinal
        );
        NewWriter("qwen2", 4).Write(Target);
        Assert.Contains("found none", Assert.Throws<CheckpointException>(() => AdapterFiles.Load(Target, checkpoint)).Message);
    }

    [Fact]
    public void Without_a_model_it_is_neither_read_nor_written()
    {
        using var checkpoint = OpenModel("llama-gqa");
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-qv"));
        AdapterFiles.Save(adapter, Target, AdapterFormat.Gguf, checkpoint);
        Assert.Contains("Give the model", Assert.Throws<CheckpointException>(() => AdapterFiles.Load(Target)).Message);
        Assert.Throws<CheckpointException>(() => AdapterFiles.Save(adapter, Target, AdapterFormat.Gguf, null));
        Assert.Throws<CheckpointException>(() => AdapterFiles.Save(adapter with { Alpha = 0 }, Target, AdapterFormat.Gguf, checkpoint));
    }

    [Fact]
    public void A_model_is_no_adapter()
    {
        var model = Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf");
        using var checkpoint = Checkpoint.Open(model);
        Assert.Contains("general.type", Assert.Throws<CheckpointException>(() => AdapterFiles.Load(model, checkpoint)).Message);
    }

    private static Checkpoint OpenModel(string name) => Checkpoint.Open(Shared.PathOf("fixtures", "models", name));

    private static GgufWriter NewWriter(string architecture, float? alpha)
    {
        var writer = new GgufWriter();
        writer.AddText("general.architecture", architecture);
        writer.AddText("general.type", "adapter");
        writer.AddText("adapter.type", "lora");
        if (alpha is { } value)
        {
            writer.AddFloat32("adapter.lora.alpha", value);
        }

        return writer;
    }

    private static void Add(GgufWriter writer, string weight, int rank, int inputs, int outputs)
    {
        float[] Filled(int count, float value) => [.. Enumerable.Repeat(value, count)];
        writer.AddMatrix($"{weight}.lora_a", rank, inputs, Filled(rank * inputs, 0.5f));
        writer.AddMatrix($"{weight}.lora_b", outputs, rank, Filled(outputs * rank, 0.25f));
    }

    private static double ProductAt(LoraModule module) =>
        Enumerable.Range(0, module.Rank).Sum(k => (double)module.B[k] * module.A[k * module.InputSize]);

    private static float[] Read(GgufFile file, string name)
    {
        var values = new float[file.Tensors[name].Count];
        file.Read(file.Tensors[name], 0, values);
        return values;
    }
}
