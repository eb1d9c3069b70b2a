using MobiZO.TestKit;
using MobiZO.Training;

namespace MobiZO.Slow.Tests.Training;

/// <summary>What the main job must reach with real data: accuracy at the last step, not the best of many evaluations.</summary>
public sealed class LearningTests
{
    /// <summary>The goal is 93 %; what was measured is 92.5 % (see bench/results), so this is the line that must not be lost again.</summary>
    [SharedFact(RealModel.ModelPath)]
    public async Task SmsSpamReaches92PercentAtTheLastStep()
    {
        var results = await AllSeeds("sms-spam", RealModel.SmsSpam);

        Assert.All(results, result => Assert.Equal(200, result.Last!.Rows));
        Assert.InRange(results.Average(result => result.First!.Accuracy!.Value), 0.45, 0.55);
        Assert.True(results.Average(result => result.Last!.Accuracy!.Value) >= 0.92, RealModel.Describe(results));
    }

    [SharedFact(RealModel.ModelPath)]
    public async Task Sst2GainsThreePointsAtTheLastStep()
    {
        var results = await AllSeeds("sst2", RealModel.Sst2);

        Assert.All(results, result => Assert.Equal(872, result.Last!.Rows));
        var gain = results.Average(result => result.Last!.Accuracy!.Value - result.First!.Accuracy!.Value);
        Assert.True(gain >= 0.03, RealModel.Describe(results));
    }

    /// <summary>As in the paper, every token carries the adapter. Fewer steps: a step costs the whole prompt of every copy.</summary>
    [SharedTheory(RealModel.ModelPath)]
    [InlineData("all")]
    [InlineData("top-8")]
    public async Task ScopeAllLearnsSst2(string layers)
    {
        var options = RealModel.Sst2(42);
        var result = await RealModel.TrainAsync($"sst2-scope-all-{layers}", options with
        {
            Adapter = options.Adapter with { Scope = AdapterScope.All, Layers = layers },
            Optimizer = options.Optimizer with { Queries = 15 },
            Steps = 60,
            EvalEvery = 30,
            EvalMaxRows = 300,
        });

        Assert.True(result.Last!.ChoiceLoss < result.First!.ChoiceLoss && result.Last.Accuracy > result.First.Accuracy, RealModel.Describe([result]));
    }

    private static async Task<List<FineTuneResult>> AllSeeds(string name, Func<ulong, FineTuneOptions> create)
    {
        var results = new List<FineTuneResult>();
        foreach (var seed in RealModel.Seeds)
        {
            results.Add(await RealModel.TrainAsync(name, create(seed)));
        }

        return results;
    }
}
