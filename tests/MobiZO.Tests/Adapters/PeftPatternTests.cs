using System.Text.Json.Nodes;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Tests.Adapters;

/// <summary>What an adapter_config.json says of single modules: their ranks, their alphas, and whether they are meant at all.</summary>
public sealed class PeftPatternTests : IDisposable
{
    private const string Query = "model.layers.2.self_attn.q_proj";
    private const string Value = "model.layers.10.self_attn.v_proj";

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-pattern-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// Every module adds scale * B A with its own alpha and rank, as peft computes it; of several patterns the first one counts.
    /// </summary>
    [Theory]
    [InlineData("{}", "{}", false, 4, 4, 2.0, 2.0)]
    [InlineData("{\"q_proj\": 2}", "{}", false, 2, 4, 4.0, 2.0)]
    [InlineData("{\"q_proj\": 2}", "{}", true, 2, 4, 5.656854249, 4.0)]
    [InlineData("{\"q_proj\": 8, \"v_proj\": 2}", "{}", false, 8, 2, 1.0, 4.0)]
    [InlineData("{}", "{\"v_proj\": 3}", false, 4, 4, 2.0, 0.75)]
    [InlineData("{}", "{\"v_proj\": 3}", true, 4, 4, 4.0, 1.5)]
    [InlineData("{\"layers\\\\.2\\\\.self_attn\\\\.[qk]_proj\": 1}", "{\"q_proj\": 32, \"self_attn.q_proj\": 1}", false, 1, 4, 32.0, 2.0)]
    [InlineData("{\"proj\": 9}", "{\"_proj\": 9, \"attn.q_proj\": 9}", false, 4, 4, 2.0, 2.0)]
    public void Modules_have_ranks_and_alphas_of_their_own(
        string ranks,
        string alphas,
        bool isStabilized,
        int queryRank,
        int valueRank,
        double queryScale,
        double valueScale
    )
    {
        var (query, value) = (Random(Query, queryRank, 6, 5, 1), Random(Value, valueRank, 6, 3, 2));
        Write(
            [query, value],
            config =>
            {
                config["rank_pattern"] = JsonNode.Parse(ranks);
                config["alpha_pattern"] = JsonNode.Parse(alphas);
                config["use_rslora"] = isStabilized;
            }
        );

        var adapter = AdapterFiles.Load(_folder);

        AssertProduct(query, queryScale, adapter, Query);
        AssertProduct(value, valueScale, adapter, Value);

        // What is saved says the same with one rank.
        AdapterFiles.Save(adapter, Path.Combine(_folder, "again"));
        var again = AdapterFiles.Load(Path.Combine(_folder, "again"));
        AssertProduct(query, queryScale, again, Query);
        AssertProduct(value, valueScale, again, Value);
    }

    [Fact]
    public void A_rank_of_its_own_must_be_that_of_the_tensors()
    {
        Write([Random(Query, 4, 6, 5, 1)], config => config["rank_pattern"] = JsonNode.Parse("{\"q_proj\": 3}"));
        Assert.Contains("rank_pattern", Error(), StringComparison.Ordinal);
    }

    /// <summary>Tensors of a module that the settings do not mean would be left out by peft.</summary>
    [Theory]
    [InlineData("target_modules", "[\"v_proj\"]", "q_proj")]
    [InlineData("target_modules", "\".*v_proj\"", "q_proj")]
    [InlineData("target_modules", "[\"proj\"]", "q_proj")]
    [InlineData("layers_to_transform", "[10]", "q_proj")]
    [InlineData("layers_to_transform", "2", "v_proj")]
    [InlineData("layers_pattern", "\"h\"", "q_proj")]
    [InlineData("layers_pattern", "[\"h\", \"blocks\"]", "q_proj")]
    [InlineData("exclude_modules", "[\"q_proj\"]", "q_proj")]
    [InlineData("exclude_modules", "\".*2.*q_proj\"", "q_proj")]
    public void Modules_that_are_not_meant_are_refused(string key, string value, string module)
    {
        WriteBoth(config =>
        {
            config["layers_to_transform"] = JsonNode.Parse("[2, 10]");
            config[key] = JsonNode.Parse(value);
        });
        var message = Error();
        Assert.Contains(module, message, StringComparison.Ordinal);
        Assert.Contains("target_modules", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("target_modules", "[\"self_attn.q_proj\", \"model.layers.10.self_attn.v_proj\"]")]
    [InlineData("target_modules", "\"model\\\\.layers\\\\.(2|10)\\\\..*_proj\"")]
    [InlineData("target_modules", "\"all-linear\"")]
    [InlineData("target_modules", "null")]
    [InlineData("layers_to_transform", "[10, 2]")]
    [InlineData("exclude_modules", "[\"lm_head\"]")]
    [InlineData("exclude_modules", "\"lm_head\"")]
    [InlineData("exclude_modules", "[\"2.self_attn.k_proj\"]")]
    public void Modules_that_are_meant_are_read(string key, string value)
    {
        WriteBoth(config => config[key] = JsonNode.Parse(value));
        Assert.Equal(2, AdapterFiles.Load(_folder).Modules.Count);
    }

    [Fact]
    public void Layers_may_lie_in_a_module_of_any_name()
    {
        WriteBoth(config =>
        {
            config["layers_to_transform"] = JsonNode.Parse("[2, 10]");
            config["layers_pattern"] = JsonNode.Parse("[\"blocks\", \"layers\"]");
        });
        var adapter = AdapterFiles.Load(_folder);
        Assert.Equal(2, adapter.Modules.Count);

        // The pattern is not written again: whole names say the same.
        Assert.Empty(adapter.TargetModules);
        Assert.Null(adapter.LayersToTransform);
    }

    private string Error() => Assert.Throws<CheckpointException>(() => AdapterFiles.Load(_folder)).Message;

    private void WriteBoth(Action<JsonObject> change) => Write([Random(Query, 4, 6, 5, 1), Random(Value, 4, 6, 3, 2)], change);

    private void Write(LoraModule[] modules, Action<JsonObject> change)
    {
        var config = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["r"] = 4,
            ["lora_alpha"] = 8,
            ["target_modules"] = new JsonArray("q_proj", "v_proj"),
        };
        change(config);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        SafetensorsWriter.Write(
            Path.Combine(_folder, "adapter_model.safetensors"),
            [
                .. modules.SelectMany(module =>
                    new[]
                    {
                        ($"base_model.model.{module.Name}.lora_A.weight", new[] { module.Rank, module.InputSize }, module.A),
                        ($"base_model.model.{module.Name}.lora_B.weight", new[] { module.OutputSize, module.Rank }, module.B),
                    }
                ),
            ]
        );
    }

    private static LoraModule Random(string name, int rank, int inputs, int outputs, int seed)
    {
        var random = new Random(seed);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return new LoraModule(name, rank, inputs, outputs, Values(rank * inputs), Values(outputs * rank));
    }

    private static void AssertProduct(LoraModule expected, double scale, LoraAdapter adapter, string name)
    {
        var found = Product(adapter.Modules.Single(module => module.Name == name), adapter.Scale);
        Assert.All(Product(expected, scale).Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static double[] Product(LoraModule module, double scale) =>
        [
            .. Enumerable
                .Range(0, module.OutputSize)
                .SelectMany(row =>
                    Enumerable
                        .Range(0, module.InputSize)
                        .Select(column =>
                            scale
                            * Enumerable
                                .Range(0, module.Rank)
                                .Sum(k => (double)module.B[(row * module.Rank) + k] * module.A[(k * module.InputSize) + column])
                        )
                ),
        ];
}
