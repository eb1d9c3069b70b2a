using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Opening;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Checkpoints.Tests.Families;

public sealed class DefaultTargetTests
{
    /// <summary>What an adapter acts on by default: the projection of attention's output, by family.</summary>
    private static readonly Dictionary<string, string> s_table = new(StringComparer.Ordinal)
    {
        ["falcon"] = "self_attention.dense",
        ["gemma"] = "self_attn.o_proj",
        ["gemma2"] = "self_attn.o_proj",
        ["gemma3_text"] = "self_attn.o_proj",
        ["gpt2"] = "attn.c_proj",
        ["gpt_neo"] = "attn.attention.out_proj",
        ["gpt_neox"] = "attention.dense",
        ["granite"] = "self_attn.o_proj",
        ["llama"] = "self_attn.o_proj",
        ["mistral"] = "self_attn.o_proj",
        ["olmo2"] = "self_attn.o_proj",
        ["opt"] = "self_attn.out_proj",
        ["phi"] = "self_attn.dense",
        ["phi3"] = "self_attn.o_proj",
        ["qwen2"] = "self_attn.o_proj",
        ["qwen3"] = "self_attn.o_proj",
        ["smollm3"] = "self_attn.o_proj",
        ["stablelm"] = "self_attn.o_proj",
        ["starcoder2"] = "self_attn.o_proj",
    };

    [Fact]
    public void Every_family_has_its_line()
    {
        Assert.Equal(ModelFamilies.ModelTypes.Order(StringComparer.Ordinal), s_table.Keys.Order(StringComparer.Ordinal));
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (ModelDescription model in Models())
        {
            found.Add(model.Config.ModelType);
            foreach (LayerDescription layer in model.Layers)
            {
                string target = Assert
                    .Single(layer.Linears, linear => linear.Module.EndsWith("." + model.DefaultTargets, StringComparison.Ordinal))
                    .Module;
                Assert.Equal(layer.Attention.Output.Module, target);
                Assert.Equal($"{layer.Name}.{s_table[model.Config.ModelType]}", target);
            }
        }

        Assert.Equal(s_table.Count, found.Count);
    }

    private static IEnumerable<ModelDescription> Models() =>
        [
            .. GoldenFamilies.Models.Select(folder => ConfigReader.Read(Path.Combine(folder, "config.json"))),
            .. new[] { TinyConfigs.Falcon7(), TinyConfigs.Falcon40(), TinyConfigs.GptNeo }.Select(json => new TinyModel(json).Description),
        ];
}
