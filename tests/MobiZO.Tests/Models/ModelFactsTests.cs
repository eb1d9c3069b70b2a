using MobiZO.Models;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Models;

public sealed class ModelFactsTests
{
    /// <summary>Two layers of hidden 12, two heads of 4, one key/value head; the linear layers stand in the order of a layer.</summary>
    [Fact]
    public void LinearLayersAreListedByKind()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var facts = ModelFacts.Of(model);
        Assert.Equal(
            ["q_proj 12 8 2", "k_proj 12 4 2", "v_proj 12 4 2", "o_proj 8 12 2"],
            facts.LinearKinds.Take(4).Select(kind => $"{kind.Name} {kind.InputSize} {kind.OutputSize} {kind.Count}")
        );
        Assert.Equal(7, facts.LinearKinds.Count);
        Assert.Equal(facts.Parameters * sizeof(float), facts.StoredBytes);
        Assert.Equal("F32", Assert.Single(facts.StoredTypes).Type);
        Assert.False(facts.HasChatTemplate);
    }
}
