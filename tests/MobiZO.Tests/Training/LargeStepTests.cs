using MobiZO.Models;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Steps of more examples than there are rows, up to more than any machine can hold.</summary>
public sealed class LargeStepTests
{
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1001)]
    public async Task RowsThatRepeatWithoutEndAreRefused(int examples)
    {
        using var run = new TinyRun();
        var failure = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => options with { ExamplesPerStep = examples })
        );
        Assert.Equal(FineTuneFailure.Settings, failure.Failure);
        Assert.Contains("is more than 100 times the 10 training rows", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheMachineDecidesWhatIsTooMuch()
    {
        using var run = new TinyRun();
        using var opened = OpenedRun.Open(run.Options, progress: null);
        void Require(long available, long gradientBytes = 0) =>
            StepRoom.Require(
                opened.Options.Run,
                opened.Options.Loss,
                opened.Model,
                opened.Fresh.Layout.Total,
                opened.Examples.All,
                gradientBytes,
                answerBytes: 0,
                available
            );
        Require(1 << 20);
        var message = Assert.Throws<FineTuneException>(() => Require(1000)).Message;
        Assert.Contains("A step of 2 examples and 3 queries needs about", message, StringComparison.Ordinal);
        Assert.Contains("Lower FineTuneOptions.ExamplesPerStep, OptimizerOptions.Queries", message, StringComparison.Ordinal);
        message = Assert.Throws<FineTuneException>(() => Require(1 << 20, gradientBytes: 1 << 30)).Message;
        Assert.Contains("A step of 2 examples and their exact gradient needs about 1.0 GB", message, StringComparison.Ordinal);
        Assert.Contains("Lower FineTuneOptions.ExamplesPerStep, FineTuneOptions.GradientMegabytes", message, StringComparison.Ordinal);
    }

    /// <summary>Every row 50 times has the mean loss of every row once.</summary>
    [Fact]
    public async Task RowsMayRepeatInAStepAndThatIsTold()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        var losses = new List<double>();
        var notes = new List<string>();
        foreach (var (examples, output) in new[] { (10, "once"), (500, "often") })
        {
            await run.TrainAsync(
                options =>
                    options with
                    {
                        Output = run.At(output),
                        EvalData = null,
                        Steps = 1,
                        ExamplesPerStep = examples,
                        Optimizer = options.Optimizer with { Estimator = EstimatorKind.TwoSided, Queries = 1 },
                    },
                happened =>
                {
                    if (happened is StepCompleted step)
                    {
                        losses.Add(step.MeanLoss);
                    }
                    else if (happened is RunNote note)
                    {
                        notes.Add(note.Text);
                    }
                }
            );
        }

        Assert.Equal(losses[0], losses[1], 1e-4);
        Assert.Equal(
            "FineTuneOptions.ExamplesPerStep 500 is more than the 10 training rows: a step sees rows more than once.",
            Assert.Single(notes, note => note.Contains("ExamplesPerStep", StringComparison.Ordinal))
        );
    }
}
