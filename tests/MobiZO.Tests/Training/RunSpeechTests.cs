using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>What a run of label words says of its adapter's own answers.</summary>
public sealed class RunSpeechTests
{
    /// <summary>However long rows are, the sample reaches the end of the file; it is smaller where they are long.</summary>
    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(1, 100_000, 1)]
    [InlineData(30, 10, 30)]
    [InlineData(1000, 10, 50)]
    [InlineData(1000, 400, 10)]
    [InlineData(1000, 5000, 1)]
    public void The_sample_is_taken_from_all_over_the_rows(int rows, int length, int expected)
    {
        var sample = RunSpeech.Sample([.. Enumerable.Repeat(length, rows)]);

        Assert.Equal(expected, sample.Count);
        Assert.Distinct(sample);
        Assert.True(expected < 2 || sample[^1] >= rows - 1 - (rows / expected), string.Join(", ", sample));
    }

    /// <summary>Long rows at the beginning leave those at the end their turn.</summary>
    [Fact]
    public void Where_long_rows_come_first_the_others_are_asked_too()
    {
        var sample = RunSpeech.Sample([.. Enumerable.Repeat(1000, 50), .. Enumerable.Repeat(10, 50)]);

        Assert.Equal(8, sample.Count);
        Assert.Equal(4, sample.Count(index => index >= 50));
    }

    /// <summary>Trained on every token of its words the model says them; nothing is told where nothing was asked.</summary>
    [Fact]
    public async Task A_run_says_whether_the_words_are_said()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        run.Options = run.Options with
        {
            EvalData = run.At("train.jsonl"),
            Adapter = new AdapterOptions { Rank = 8 },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            ExamplesPerStep = 10,
            Steps = 60,
            EvalEvery = 0,
            TokenShare = 0.9,
            Data = run.Options.Data with { Choices = [" no", " yes yes"] },
            Anchors = true,
        };

        var result = await run.TrainAsync();

        var last = result.Evaluations[^1];
        Assert.Equal(last.Correct, result.Spoken!.Rows);
        Assert.True(result.Spoken.Said > 0, $"{result.Spoken}, {last}");
        var silent = await run.TrainAsync(options => options with { Output = run.At("silent"), Anchors = false, Steps = 1 });
        Assert.Null(silent.Spoken);
    }
}
