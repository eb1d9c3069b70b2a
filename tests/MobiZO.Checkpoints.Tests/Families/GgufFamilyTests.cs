using System.Runtime.InteropServices;
using System.Text.Json;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Checkpoints.Tests.Families;

/// <summary>GGUF files as llama.cpp's converter writes them say what the folders say that they were made from.</summary>
public sealed class GgufFamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Goldens => ["phi", "phi3", "phi3-longrope", "gpt-neox", "stablelm", "starcoder2", "qwen2"];

    public static TheoryData<string> Falcons => [TinyConfigs.Falcon7(), TinyConfigs.Falcon40(), TinyConfigs.Falcon11()];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_golden_folder_as_a_file_is_the_same_model(string name)
    {
        string path = Shared.PathOf("fixtures", "models", name);
        using Checkpoint source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
        using Checkpoint gguf = Open(new FamilyGguf(json.RootElement, source));
        Assert.Equal(source.Config.EosTokenIds, gguf.Config.EosTokenIds);
        CheckSame(source.Description, source, gguf);
    }

    /// <summary>Files made of the first checkpoints of Phi-2 have one projection to all queries, keys and values.</summary>
    [Fact]
    public void Phi_may_have_one_projection_in_a_file()
    {
        string path = Shared.PathOf("fixtures", "models", "phi");
        using Checkpoint source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
        var model = new FamilyGguf(json.RootElement, source);
        GgufBytes bytes = Bytes(model);
        for (int layer = 0; layer < source.Config.LayerCount; layer++)
        {
            foreach (string kind in new[] { "weight", "bias" })
            {
                string[] names = [.. "qkv".Select(part => $"blk.{layer}.attn_{part}.{kind}")];
                var parts = Array.ConvertAll(names, name => model.Tensors.Single(tensor => tensor.Name == name));
                Array.ForEach(names, name => bytes.Remove(name));
                float[] values = [.. parts.SelectMany(part => part.Values)];
                bytes.Add(
                    $"blk.{layer}.attn_qkv.{kind}",
                    GgufTensorType.F32,
                    [parts.Sum(part => part.Shape[0]), .. parts[0].Shape[1..]],
                    MemoryMarshal.AsBytes<float>(values).ToArray()
                );
            }
        }

        using Checkpoint gguf = Checkpoint.Open(_folder.Write("model.gguf", bytes.Build()));
        foreach ((LayerDescription left, LayerDescription right) in source.Description.Layers.Zip(gguf.Description.Layers))
        {
            Assert.Equal(
                (ProjectionLayout.Separate, ProjectionLayout.Concatenated, 1),
                (left.Attention.Layout, right.Attention.Layout, right.Attention.Projections.Count)
            );
            LinearDescription fused = right.Attention.Projections[0];
            Assert.Equal(Whole(left, linear => linear.Weight), TestReading.Whole(gguf, fused.Weight.Name));
            Assert.Equal(Whole(left, linear => linear.Bias!), TestReading.Whole(gguf, fused.Bias!.Name));
        }

        float[] Whole(LayerDescription layer, Func<LinearDescription, ModelTensor> tensor) =>
            [.. layer.Attention.Projections.SelectMany(linear => TestReading.Whole(source, tensor(linear).Name))];
    }

    [Theory]
    [MemberData(nameof(Falcons))]
    public void A_falcon_as_a_file_is_the_same_model(string config)
    {
        var source = new TinyModel(config.Replace("rope_theta", "rope_theta_", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(config);
        using Checkpoint gguf = Open(new FamilyGguf(json.RootElement, source));
        CheckSame(source.Description, source, gguf);
    }

    [Fact]
    public void Rows_of_queries_keys_and_values_are_put_by_key_value_head()
    {
        var tensor = new ModelTensor("qkv", TensorRole.QueryKeyValue, [8, 1])
        {
            GgufForm = StoredForm.ConcatenatedRows,
            RowsOfAHead = 1,
            QueryHeadsOfAGroup = 2,
        };

        // Two groups of two queries, a key and a value; the file has queries 0 to 3, keys 4 and 5, values 6 and 7.
        Assert.Equal([0, 1, 4, 6, 2, 3, 5, 7], Enumerable.Range(0, 8).Select(row => (int)StoredRows.Of(tensor, row)));
    }

    /// <summary>Every stored row is its own number, once as values and once as codes.</summary>
    [Fact]
    public void Quantised_rows_are_put_by_key_value_head_too()
    {
        const string Qkv = "blk.0.attn_qkv.weight",
            Name = "gpt_neox.layers.0.attention.query_key_value.weight";
        string path = Shared.PathOf("fixtures", "models", "gpt-neox-hub-buffers");
        using Checkpoint source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
        int rows = source.FindShape(Name)![0];
        byte[] codes = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] blocks = [.. Enumerable.Range(0, rows).SelectMany(row => (byte[])[.. BitConverter.GetBytes((Half)row), .. codes])];
        using Checkpoint gguf = Checkpoint.Open(
            _folder.Write(
                "model.gguf",
                Bytes(new FamilyGguf(json.RootElement, source)).Remove(Qkv).Add(Qkv, GgufTensorType.Q8_0, [rows, 32], blocks).Build()
            )
        );
        ModelTensor tensor = gguf.Description.Layers[0].Attention.Projections[0].Weight;
        float[] expected = [.. Enumerable.Range(0, rows).Select(row => (float)StoredRows.Of(tensor, row))];
        float[] values = TestReading.Whole(gguf, Name);
        Assert.Equal(expected, Enumerable.Range(0, rows).Select(row => values[(row * 32) + 5]));
        float[] scales = new float[rows - 3];
        gguf.ReadBlocks(Name, 3, new sbyte[32 * scales.Length], scales, new float[scales.Length]);
        Assert.Equal(expected[3..], scales);
    }

    [Fact]
    public void Old_files_of_StableLM_say_parallel_of_a_model_in_sequence()
    {
        string path = Shared.PathOf("fixtures", "models", "stablelm");
        using Checkpoint source = Checkpoint.Open(path);
        string config = File.ReadAllText(Path.Combine(path, "config.json"))
            .Replace("\"use_parallel_residual\": false", "\"use_parallel_residual\": true", StringComparison.Ordinal);
        using var json = JsonDocument.Parse(config);
        using Checkpoint gguf = Open(new FamilyGguf(json.RootElement, source));
        Assert.All(gguf.Description.Layers, layer => Assert.False(layer.IsParallel));
    }

    [Theory]
    [InlineData("yarn", "rope.scaling.yarn_attn_factor", 1.2f, "yarn_attn_factor': expected 1")]
    [InlineData("yarn", "rope.scaling.yarn_ext_factor", 0.5f, "yarn_ext_factor': expected 1")]
    [InlineData("yarn", "rope.scaling.yarn_log_multiplier", 0.1f, "yarn_log_multiplier': expected 0")]
    [InlineData("yarn", "rope.scaling.original_context_length", 0u, "original_context_length")]
    [InlineData("longrope", "rope.scaling.original_context_length", 64u, "rope.scaling.factor': expected 1 beside the factors of LongRoPE")]
    [InlineData("longrope", "rope.scaling.factor", 1f, "original_context_length")]
    public void What_is_not_known_of_a_scaling_is_refused(string type, string key, object value, string expectedInMessage)
    {
        string path = Shared.PathOf("fixtures", "models", "qwen2");
        using Checkpoint source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
        var gguf = new FamilyGguf(json.RootElement, source)
        {
            Scaling =
                key == "rope.scaling.factor"
                    ? [("rope.scaling.type", type), (key, value)]
                    : [("rope.scaling.type", type), ("rope.scaling.factor", 4f), (key, value)],
        };
        Assert.Contains(expectedInMessage, Assert.Throws<CheckpointException>(() => Open(gguf)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Yarn_of_a_file_is_yarn_of_a_config()
    {
        string path = Shared.PathOf("fixtures", "models", "qwen2");
        using Checkpoint source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json")));
        var file = new FamilyGguf(json.RootElement, source)
        {
            Scaling =
            [
                ("rope.scaling.type", "yarn"),
                ("rope.scaling.factor", 4f),
                ("rope.scaling.original_context_length", 32u),
                ("rope.scaling.yarn_beta_fast", 16f),
            ],
        };
        using Checkpoint gguf = Open(file);
        string config = File.ReadAllText(Path.Combine(path, "config.json"))
            .Replace(
                "\"rope_type\": \"default\"",
                "\"rope_type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 32, \"beta_fast\": 16",
                StringComparison.Ordinal
            );
        RotaryDescription expected = ConfigReader.Read(_folder.Write("config.json", config)).Layers[0].Attention.Rotary!;
        RotaryDescription rotary = gguf.Description.Layers[0].Attention.Rotary!;
        Assert.Equal("theta 100000, YaRN factor 4", expected.Text);
        Assert.Equal((expected, expected.Text), (rotary, rotary.Text));
    }

    private void CheckSame(ModelDescription expected, IWeightSource weights, Checkpoint gguf)
    {
        ModelConfig Sizes(ModelConfig config) => config with { EosTokenIds = [], PositionEncoding = "", BosTokenId = null };
        Assert.Equal(Sizes(expected.Config), Sizes(gguf.Config));
        Assert.Equal(expected.FinalNorm.Epsilon, gguf.Description.FinalNorm.Epsilon);
        foreach ((LayerDescription left, LayerDescription right) in expected.Layers.Zip(gguf.Description.Layers))
        {
            Assert.Equal((left.IsParallel, left.Attention.Layout), (right.IsParallel, right.Attention.Layout));

            // The converter leaves the window of StarCoder2 out.
            Assert.Equal(expected.Config.ModelType == "starcoder2" ? null : left.Attention.Window, right.Attention.Window);
            Assert.Equal(left.Mlp.Activation, right.Mlp.Activation);
            (RotaryDescription rotary, RotaryDescription read) = (left.Attention.Rotary!, right.Attention.Rotary!);
            Assert.Equal(rotary.Factor, read.Factor, 1e-6);
            Assert.All(rotary.InverseFrequencies.Zip(read.InverseFrequencies), pair => Assert.Equal(1, pair.Second / pair.First, 1e-6));
            Assert.Equal(rotary.InverseFrequencies.Count, read.InverseFrequencies.Count);
        }

        Assert.Equal(expected.Tensors.Select(tensor => tensor.Name), gguf.Tensors.Keys);
        foreach (string name in gguf.Tensors.Keys)
        {
            var values = new float[gguf.Tensors[name].Shape.Aggregate(1, (product, extent) => product * extent)];
            weights.Read(name, 0, values);
            Assert.Equal(values, TestReading.Whole(gguf, name));
            gguf.Read(name, values.Length / 3, values.AsSpan(0, values.Length / 2));
            Assert.Equal(TestReading.Whole(gguf, name).AsSpan(values.Length / 3, values.Length / 2), values.AsSpan(0, values.Length / 2));
        }
    }

    private Checkpoint Open(FamilyGguf model) => Checkpoint.Open(_folder.Write("model.gguf", Bytes(model).Build()));

    private static GgufBytes Bytes(FamilyGguf model)
    {
        var bytes = new GgufBytes();
        foreach ((string key, object value) in model.Metadata)
        {
            bytes.Add(key, value);
        }

        foreach ((string name, int[] shape, float[] values) in model.Tensors)
        {
            bytes.Add(name, GgufTensorType.F32, shape, MemoryMarshal.AsBytes<float>(values).ToArray());
        }

        return bytes;
    }
}
