using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;
using MobiZO.Scoring;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Runs on lop-sided rows.</summary>
public sealed class ClassWeightTests
{
    /// <summary>
    /// One row in ten has the rare label: the steps differ from those of a run without weights, the journal names them, evaluation rows
    /// stay, and the run goes on with the same setting alone.
    /// </summary>
    [Fact]
    public async Task BalancedRunsDrawTheRareLabelAndSayItInTheJournal()
    {
        using var run = new TinyRun();
        run.Write("train.jsonl", [.. Enumerable.Range(0, 10).Select(index => TinyRun.Row($"text {index}", index == 9 ? 1 : 0))]);
        var plain = await run.TrainAsync(options => options with { Output = run.At("plain") });
        var weighted = await run.TrainAsync(options => options with { ClassWeights = ClassWeights.Balanced });
        var journal = RunJournal.Read(Path.Combine(run.Options.Output, "journal.jsonl"));

        Assert.Equal("Balanced", journal.Header.Properties["class_weights"]);
        Assert.Equal(plain.First, weighted.First! with { Work = plain.First!.Work });
        Assert.NotEqual(
            RunJournal.Read(run.At("plain", "journal.jsonl")).Entries.Select(entry => entry.Losses[0]),
            journal.Entries.Select(entry => entry.Losses[0])
        );
        var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => options with { Resume = true }));
        Assert.Contains("class_weights", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            weighted.Steps,
            (await run.TrainAsync(options => options with { Resume = true, ClassWeights = ClassWeights.Balanced })).Steps
        );
    }

    /// <summary>Nine rows of one label and one of the other are eighteen draws.</summary>
    [Theory]
    [InlineData(ClassWeights.None, 5)]
    [InlineData(ClassWeights.Balanced, 9)]
    public async Task AnEpochIsEveryDraw(ClassWeights weights, int steps)
    {
        using var run = new TinyRun();
        run.Write("train.jsonl", [.. Enumerable.Range(0, 10).Select(index => TinyRun.Row($"text {index}", index == 9 ? 1 : 0))]);
        var options = run.Options with { Steps = null, Epochs = 1, ClassWeights = weights };
        Assert.Equal(steps, (await new FineTuner(options).PlanAsync()).Steps);
    }

    /// <summary>What changes nothing is said by its name.</summary>
    [Fact]
    public async Task SettingsThatChangeNothingAreTold()
    {
        using var run = new TinyRun();
        var notes = new List<string>();
        await run.TrainAsync(
            options => options with { EvalData = null, Samples = 5, AnswerTokens = 7, Patience = 2, Steps = 1 },
            seen =>
            {
                if (seen is RunNote note)
                {
                    notes.Add(note.Text);
                }
            }
        );

        foreach (var name in new[] { "Samples", "AnswerTokens", "Patience" })
        {
            Assert.Contains(notes, note => note.StartsWith($"FineTuneOptions.{name} ", StringComparison.Ordinal));
        }
    }

    /// <summary>Settings of random directions, and of evaluations that there are not.</summary>
    [Fact]
    public void OptionsWithoutEffectAreTold()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        IReadOnlyList<string> Notes(OptimizerOptions optimizer) => RunRows.Read(run.Options with { Optimizer = optimizer }, model).Notes;
        var random = new OptimizerOptions { Noise = NoiseKind.Gaussian, Epsilon = 0.5f };

        Assert.Empty(Notes(random));
        Assert.Empty(Notes(random with { Estimator = EstimatorKind.Guided, Queries = 2 }));
        var guided = Notes(random with { Estimator = EstimatorKind.Guided });
        Assert.Equal(2, guided.Count);
        Assert.All(
            guided,
            note => Assert.EndsWith("the estimator guided without queries has none: it changes nothing.", note, StringComparison.Ordinal)
        );
        var exact = Notes(random with { Estimator = EstimatorKind.Reverse, Queries = 2 });
        Assert.Equal(
            ["OptimizerOptions.Queries", "OptimizerOptions.Noise", "OptimizerOptions.Epsilon"],
            exact.Select(note => note.Split(' ')[0])
        );
        Assert.All(exact, note => Assert.EndsWith("the estimator reverse has none: it changes nothing.", note, StringComparison.Ordinal));

        Assert.Contains(
            "FineTuneOptions.EvalEvery = 0",
            Assert.Single(RunRows.Read(run.Options with { Patience = 2, EvalEvery = 0 }, model).Notes),
            StringComparison.Ordinal
        );
        Assert.Contains(
            RunRows.Read(run.Options with { Metric = TextMetric.WordF1, EvalData = null }, model).Notes,
            note =>
                note.Contains("FineTuneOptions.Metric", StringComparison.Ordinal)
                && note.EndsWith("nothing is compared.", StringComparison.Ordinal)
        );
    }

    /// <summary>Labels that count alike are no longer lop-sided: what would help is there.</summary>
    [Fact]
    public void WeighedLabelsAreNotCalledLopSided()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        run.Write("train.jsonl", [.. Enumerable.Range(0, 10).Select(index => TinyRun.Row($"text {index}", index == 9 ? 1 : 0))]);

        Assert.Contains("9 of 10", Assert.Single(RunRows.Read(run.Options, model).Notes), StringComparison.Ordinal);
        Assert.Empty(RunRows.Read(run.Options with { ClassWeights = ClassWeights.Balanced }, model).Notes);
    }
}
