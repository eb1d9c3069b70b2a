using MobiZO.Data;
using MobiZO.Tasks;

namespace MobiZO.Tests.Tasks;

public sealed class PaperProtocolTests
{
    private static readonly FineTuneOptions s_run = new()
    {
        Model = "m",
        TrainData = "t",
        Output = "o",
        Patience = 3,
        Data = new DataOptions { Template = "{x}:" },
    };

    [Theory]
    [InlineData(1, 20_000, 500)]
    [InlineData(0.01, 200, 5)]
    [InlineData(0.0001, 2, 1)]
    [InlineData(2, 40_000, 1_000)]
    public void StepsAndEvaluationsAreScaledTogether(double scale, int steps, int evalEvery)
    {
        var run = PaperProtocol.ApplyTo(s_run, scale);

        Assert.Equal((steps, evalEvery, 0, ReportedEvaluation.Best), (run.Steps, run.EvalEvery, run.Patience, run.Reported));
        Assert.Equal((1000, true, 1000), (run.Data.MaxRows, run.Data.FirstRows, run.EvalMaxRows));
        Assert.Equal("{x}:", run.Data.Template);
        Assert.Contains("needs rows to evaluate on", Assert.Single(run.Validate()), StringComparison.Ordinal);
        Assert.Empty((run with { EvalData = "e" }).Validate());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1e9)]
    public void OtherScalesAreRefused(double scale) =>
        Assert.Equal(FineTuneFailure.Settings, Assert.Throws<FineTuneException>(() => PaperProtocol.ApplyTo(s_run, scale)).Failure);
}
