using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Opening;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Checkpoints.Tests.Families;

public sealed class DefaultTargetTests
{
    private static readonly Dictionary<string, string> s_table = ModelFamilies.All.ToDictionary(
        family => family.ModelType,
        family => family.Facts.DefaultTarget,
        StringComparer.Ordinal
    );

    [Fact]
    public void Every_family_acts_where_it_says()
    {
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
