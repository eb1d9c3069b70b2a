using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Training;

/// <summary>Accuracy and loss of the untouched model on all 872 SST-2 dev rows, against the same weights in PyTorch fp32.</summary>
public sealed class ZeroShotTests
{
    [SharedTheory(RealModel.ModelPath)]
    [InlineData(@"{sentence}\nSentiment:", " negative", " positive", 660, 2.7275, 0.002)]
    [InlineData("{sentence} It was", " terrible", " great", 450, 8.0122, 0.003)]
    public async Task Sst2(string template, string negative, string positive, int correct, double loss, double lossTolerance)
    {
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions
            {
                Model = RealModel.Model,
                DataFile = Shared.PathOf("data/glue/SST-2/dev.tsv"),
                Data = new DataOptions
                {
                    Template = template,
                    TextColumn = "sentence",
                    Choices = [negative, positive],
                },
            }
        );

        Assert.Equal(872, report.Result.Examples.Count);
        Assert.InRange(report.Result.Correct, correct - 2, correct + 2);
        Assert.InRange(report.Result.TokenLoss, loss - lossTolerance, loss + lossTolerance);
    }
}
