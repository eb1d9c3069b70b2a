using MobiZO.Models;
using MobiZO.Reporting;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Reporting;

public sealed class AdapterPreviewTests
{
    /// <summary>Counted by hand: two layers of hidden 12, q and v, r = 3: B is [8, 3] and [4, 3] a layer.</summary>
    [Fact]
    public void ModulesAndTrainedValuesAreCounted()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var options = run.Options with { Adapter = run.Options.Adapter with { TargetModules = "q,v", Rank = 3, Layers = "all" } };
        var preview = AdapterPreview.Of(model, options);
        Assert.Equal(4, preview.Modules.Count);
        Assert.Equal("model.layers.0.self_attn.q_proj", preview.Modules[0]);
        Assert.Equal(2 * ((8 * 3) + (4 * 3)), preview.TrainableParameters);
        Assert.Equal(72.0 / (72 + preview.BaseParameters), preview.TrainableShare, 1e-12);
        Assert.Equal(ModelFacts.Of(model).Parameters, preview.BaseParameters);
    }

    [Fact]
    public void ReportsAreSnakeCaseWithoutWhatIsAbsent()
    {
        var json = ReportJson.Write(new { BestStep = 3, Nothing = (string?)null });
        Assert.Contains("\"best_step\": 3", json, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing", json, StringComparison.OrdinalIgnoreCase);
    }
}
