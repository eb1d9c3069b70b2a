using System.Text.Json;
using System.Text.Json.Nodes;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.TestKit;

namespace MobiZO.Tests.Adapters;

public sealed class PeftAdapterFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-adapter-").FullName;

    public static TheoryData<string> Folders()
    {
        var folders = new TheoryData<string>();
        foreach (var folder in Shared.Folders("fixtures/peft").Where(folder => Path.GetFileName(folder) != "gpt2-conv1d"))
        {
            folders.Add(Path.GetFileName(folder));
        }

        return folders;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folders_written_by_peft_survive_loading_and_saving_with_the_same_bits(string name)
    {
        var source = Shared.PathOf("fixtures", "peft", name);
        var adapter = AdapterFiles.Load(source);
        AdapterFiles.Save(adapter, _folder);
        var again = AdapterFiles.Load(_folder);
        AssertSame(adapter, again);

        using var original = SafetensorsFile.Open(Path.Combine(source, "adapter_model.safetensors"));
        using var saved = SafetensorsFile.Open(Path.Combine(_folder, "adapter_model.safetensors"));
        Assert.Equal(original.Tensors.Keys.Order(StringComparer.Ordinal), saved.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, tensor) in original.Tensors)
        {
            Assert.Equal(tensor.Shape, saved.Tensors[key].Shape);
            Assert.Equal(Bits(original.ReadFloat32(key)), Bits(saved.ReadFloat32(key)));
        }

        AssertSameConfig(Path.Combine(source, "adapter_config.json"), Path.Combine(_folder, "adapter_config.json"));
    }

    [Fact]
    public void The_query_and_value_adapter_has_its_known_geometry()
    {
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-qv"));
        Assert.Equal((4, 8f, 2f), (adapter.Rank, adapter.Alpha, adapter.Scale));
        Assert.Empty(adapter.InvocationTokens);
        Assert.Equal("../../models/llama-gqa", adapter.BaseModel);
        Assert.Equal(6, adapter.Modules.Count);
        Assert.Equal("model.layers.0.self_attn.q_proj", adapter.Modules[0].Name);
        Assert.Equal((64, 64), (adapter.Modules[0].InputSize, adapter.Modules[0].OutputSize));
        Assert.Equal("model.layers.2.self_attn.v_proj", adapter.Modules[5].Name);
        Assert.Equal((64, 32), (adapter.Modules[5].InputSize, adapter.Modules[5].OutputSize));
    }

    [Fact]
    public void The_activated_adapter_has_its_invocation() =>
        Assert.Equal([11, 42, 7], AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-alora")).InvocationTokens);

    [Fact]
    public void Adapters_on_transposed_base_weights_say_so_again()
    {
        var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "gpt2-conv1d"));
        Assert.True(adapter.IsFanInFanOut);
        var attention = adapter.Modules.Single(module => module.Name == "transformer.h.0.attn.c_attn");
        Assert.Equal((48, 144), (attention.InputSize, attention.OutputSize));
        AdapterFiles.Save(adapter, _folder);
        Assert.True(AdapterFiles.Load(_folder).IsFanInFanOut);
        Assert.Contains(
            "\"fan_in_fan_out\": true",
            File.ReadAllText(Path.Combine(_folder, "adapter_config.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_saved_adapter_reads_back()
    {
        var adapter = Sample() with
        {
            InvocationTokens = [5, 6],
            IsRankStabilized = true,
            BaseModel = "base/\"model\"",
            TargetModules = ["q_proj"],
            LayersToTransform = [2, 10],
            Alpha = 7.5f,
        };
        AdapterFiles.Save(adapter, Path.Combine(_folder, "new", "folder"));
        var again = AdapterFiles.Load(Path.Combine(_folder, "new", "folder"));
        AssertSame(adapter, again);
        Assert.Equal((float)(7.5 / Math.Sqrt(3)), again.Scale);
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors"],
            Directory.GetFiles(Path.Combine(_folder, "new", "folder")).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void The_settings_have_the_form_of_peft()
    {
        AdapterFiles.Save(Sample(), _folder);
        var config = ReadConfig();
        Assert.Equal("LORA", (string?)config["peft_type"]);
        Assert.Equal("CAUSAL_LM", (string?)config["task_type"]);
        Assert.True((bool?)config["inference_mode"]);
        Assert.Equal("none", (string?)config["bias"]);
        Assert.Equal(3, (int?)config["r"]);
        Assert.Equal(6, (int?)config["lora_alpha"]);
        Assert.Null(config["layers_to_transform"]);
        Assert.False(config.ContainsKey("alora_invocation_tokens"));
        Assert.Equal(
            ["model.layers.2.self_attn.q_proj", "model.layers.10.self_attn.q_proj"],
            config["target_modules"]!.AsArray().Select(target => (string)target!)
        );
    }

    [Fact]
    public void Modules_come_in_natural_order()
    {
        string[] names = ["model.layers.10.a", "model.layers.2.b", "model.layers.2.a", "model.layers.x.a", "model.layers.02.a", "head"];
        Assert.Equal(
            ["head", "model.layers.02.a", "model.layers.2.a", "model.layers.2.b", "model.layers.10.a", "model.layers.x.a"],
            names.Order(NaturalOrder.Instance)
        );
    }

    [Fact]
    public void A_fresh_adapter_has_random_A_and_zero_B()
    {
        var adapter = Sample();
        Assert.All(adapter.Modules, module => Assert.All(module.B, value => Assert.Equal(0f, value)));
        Assert.All(adapter.Modules, module => Assert.All(module.A, value => Assert.True(Math.Abs(value) < 1 / Math.Sqrt(8) && value != 0)));
        Assert.NotEqual(adapter.Modules[0].A, adapter.Modules[1].A);
        Assert.Equal(Sample().Modules[1].A, adapter.Modules[1].A);
    }

    [Fact]
    public void The_trained_state_goes_out_and_comes_back()
    {
        var state = Enumerable.Range(0, 27).Select(value => (float)value).ToArray();
        var adapter = Sample().WithState(state);
        Assert.Equal(state, adapter.ToState());
        Assert.Equal(state[12..], adapter.Modules[1].B);
        Assert.Throws<ArgumentException>(() => adapter.WithState(new float[26]));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("bias", "\"all\"")]
    [InlineData("use_dora", "true")]
    [InlineData("use_qalora", "true")]
    [InlineData("lora_bias", "true")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("trainable_token_indices", "[1]")]
    [InlineData("target_parameters", "[\"x\"]")]
    [InlineData("layer_replication", "[[0, 1]]")]
    [InlineData("rank_pattern", "{\"q_proj\": 0}")]
    [InlineData("rank_pattern", "[8]")]
    [InlineData("rank_pattern", "{\"q_proj(\": 8}")]
    [InlineData("alpha_pattern", "{\"q_proj\": \"8\"}")]
    [InlineData("exclude_modules", "7")]
    [InlineData("exclude_modules", "\"q(\"")]
    [InlineData("layers_pattern", "[1]")]
    [InlineData("init_lora_weights", "\"pissa\"")]
    [InlineData("init_lora_weights", "3")]
    [InlineData("r", "0")]
    [InlineData("r", "1.5")]
    [InlineData("r", "\"4\"")]
    [InlineData("lora_alpha", "null")]
    [InlineData("lora_alpha", "1e99")]
    [InlineData("fan_in_fan_out", "1")]
    [InlineData("scaling_of_tomorrow", "0.5")]
    [InlineData("alora_invocation_tokens", "[-1]")]
    [InlineData("alora_invocation_tokens", "\"x\"")]
    [InlineData("layers_to_transform", "[1e20]")]
    [InlineData("target_modules", "[1]")]
    [InlineData("bias", "\"\\ud800\"")]
    public void What_is_not_supported_is_refused_by_its_key(string key, string value)
    {
        AdapterFiles.Save(Sample(), _folder);
        var path = Path.Combine(_folder, "adapter_config.json");
        var lines = File.ReadAllLines(path)
            .Where(line => !line.Contains($"\"{key}\"", StringComparison.Ordinal) || key == "target_modules")
            .ToArray();
        File.WriteAllText(path, "{" + (key == "target_modules" ? "" : $"\"{key}\": {value},") + string.Join('\n', lines)[1..]);
        if (key == "target_modules")
        {
            File.WriteAllText(path, $$"""{"peft_type":"LORA","r":3,"lora_alpha":6,"target_modules":{{value}}}""");
        }

        var message = Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        if (!value.Contains("ud800", StringComparison.Ordinal))
        {
            Assert.Contains($"'{key}'", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_byte_order_mark_is_read_over()
    {
        AdapterFiles.Save(Sample(), _folder);
        var path = Path.Combine(_folder, "adapter_config.json");
        File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(path)]);
        Assert.Equal(Sample().Alpha, AdapterFiles.Load(_folder).Alpha);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    public void Broken_settings_are_refused(string text)
    {
        AdapterFiles.Save(Sample(), _folder);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), text);
        Assert.Contains(
            "adapter_config.json",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_expression_as_target_is_read_as_the_modules_it_chose()
    {
        AdapterFiles.Save(Sample(), _folder);
        File.WriteAllText(
            Path.Combine(_folder, "adapter_config.json"),
            """{"peft_type":"LORA","r":3,"lora_alpha":6,"target_modules":".*q_proj","layers_to_transform":2}"""
        );
        var adapter = AdapterFiles.Load(_folder);
        Assert.Empty(adapter.TargetModules);
        Assert.Equal([2], adapter.LayersToTransform);
        Assert.Equal(2, adapter.Modules.Count);
    }

    [Fact]
    public void Missing_files_are_named()
    {
        Assert.Contains(
            "adapter_config.json",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message,
            StringComparison.Ordinal
        );
        AdapterFiles.Save(Sample(), _folder);
        File.Delete(Path.Combine(_folder, "adapter_model.safetensors"));
        Assert.Contains(
            "adapter_model.safetensors",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(Path.Combine(_folder, "adapter_model.bin"), "");
        Assert.Contains(
            "adapter_model.bin",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("base_model.model.x.lora_A.weight", 3, 8, null)]
    [InlineData("base_model.model.x.lora_B.weight", 8, 3, null)]
    [InlineData("base_model.model.x.lora_embedding_A", 3, 8, null)]
    [InlineData("x.lora_A.weight", 3, 8, "x.lora_B.weight")]
    [InlineData("base_model.model.lora_A.weight", 3, 8, null)]
    [InlineData("base_model.model.x.lora_A.weight", 2, 8, "base_model.model.x.lora_B.weight")]
    [InlineData("base_model.model.x.lora_A.weight", 24, 0, "base_model.model.x.lora_B.weight")]
    public void Unexpected_tensors_are_named(string first, int rows, int columns, string? second)
    {
        AdapterFiles.Save(Sample(), _folder);
        var path = Path.Combine(_folder, "adapter_model.safetensors");
        List<(string, int[], float[])> tensors = [(first, columns == 0 ? [rows] : [rows, columns], new float[rows * Math.Max(1, columns)])];
        if (second is not null)
        {
            tensors.Add((second, [8, 3], new float[24]));
        }

        SafetensorsWriter.Write(path, tensors);
        Assert.StartsWith(path, Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_tensors_is_refused()
    {
        AdapterFiles.Save(Sample(), _folder);
        SafetensorsWriter.Write(Path.Combine(_folder, "adapter_model.safetensors"), []);
        Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder));
    }

    private static LoraAdapter Sample() =>
        LoraAdapter.CreateFresh(
            [("model.layers.2.self_attn.q_proj", 8, 4), ("model.layers.10.self_attn.q_proj", 8, 5)],
            rank: 3,
            alpha: 6,
            seed: 1
        );

    private static void AssertSame(LoraAdapter expected, LoraAdapter actual)
    {
        Assert.Equal(
            (expected.Rank, expected.Alpha, expected.Scale, expected.BaseModel),
            (actual.Rank, actual.Alpha, actual.Scale, actual.BaseModel)
        );
        Assert.Equal(expected.InvocationTokens, actual.InvocationTokens);
        Assert.Equal(expected.TargetModules, actual.TargetModules);
        Assert.Equal(expected.LayersToTransform, actual.LayersToTransform);
        Assert.Equal(
            expected.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            actual.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize))
        );
        Assert.Equal(Bits(expected.ToState()), Bits(actual.ToState()));
        Assert.Equal(expected.Modules.SelectMany(module => Bits(module.A)), actual.Modules.SelectMany(module => Bits(module.A)));
    }

    private static void AssertSameConfig(string expectedPath, string actualPath)
    {
        var expected = JsonNode.Parse(File.ReadAllText(expectedPath))!.AsObject();
        var actual = JsonNode.Parse(File.ReadAllText(actualPath))!.AsObject();
        foreach (var (key, value) in actual)
        {
            Assert.True(expected.ContainsKey(key), $"peft does not write '{key}'");
            Assert.True(
                key == "lora_dropout" || JsonNode.DeepEquals(expected[key], value),
                $"'{key}': {expected[key]?.ToJsonString()} became {JsonSerializer.Serialize(value)}"
            );
        }
    }

    private JsonObject ReadConfig() => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "adapter_config.json")))!.AsObject();

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
