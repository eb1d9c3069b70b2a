using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Classification;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Probing;
using MobiZO.Runs;

namespace MobiZO.Tests.Training;

public class AnchorTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.All)]
    public async Task ARunIsMeasuredAgainstSimplerWays(string engine, AdapterScope scope)
    {
        using var run = new TinyRun(engine);
        var result = await run.TrainAsync(options =>
            options with
            {
                Anchors = true,
                Adapter = new AdapterOptions { Scope = scope },
            }
        );

        var anchors = Assert.IsType<Anchors>(result.Anchors);
        Assert.Equal(new Anchor(3, 6), anchors.Majority);
        Assert.Equal(new Anchor(result.First!.Correct, 6), anchors.ZeroShot);
        Assert.Equal(new Anchor(result.Last!.Correct, 6), anchors.Ours);
        Assert.Equal(scope == AdapterScope.Activated, anchors.Discriminant is not null);
        Assert.Equal(6, anchors.Probe!.Rows);
        Assert.InRange(anchors.ProbeLayer!.Value, 1, 2);
        Assert.Equal(10, anchors.TrainingRows);
        Assert.Equal(result.Last.Accuracy, result.Metrics!.Accuracy);
        Assert.Contains("\"anchors\"", await File.ReadAllTextAsync(run.At("run", "report.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingOfARunDependsOnThem()
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => options with { Output = run.At("with"), Anchors = true, Adapter = new AdapterOptions() });
        await run.TrainAsync(options => options with { Output = run.At("without"), Adapter = new AdapterOptions() });

        Assert.Equal(run.AdapterBytes("without"), run.AdapterBytes("with"));
        Assert.Equal(
            run.Journal("without").Entries.Select(entry => entry.Losses),
            run.Journal("with").Entries.Select(entry => entry.Losses)
        );
        Assert.Null(new RunFolder(run.At("with")).ReadConfig().Adapter.StartFrom);
    }

    /// <summary>Anchors of a run that was stopped are those of one that was not, and so is what its steps cost.</summary>
    [Fact]
    public async Task AResumedRunHasTheSame()
    {
        using var run = new TinyRun();
        FineTuneOptions Change(FineTuneOptions options) => options with { Anchors = true, Adapter = new AdapterOptions() };
        var whole = await run.TrainAsync(options => Change(options) with { Output = run.At("whole") });
        var stopped = await run.TrainUntilAsync(4, Change);
        var resumed = await run.TrainAsync(options => Change(options) with { Resume = true });

        Assert.Null(stopped.Anchors);
        Assert.Equal(whole.Anchors! with { Seconds = 0 }, resumed.Anchors! with { Seconds = 0 });
        Assert.Equal(whole.Work, resumed.Work);
        Assert.Equal(whole.Evaluations.Select(point => point.Work), resumed.Evaluations.Select(point => point.Work));
    }

    [Fact]
    public async Task StepsCountTheirRowsAndTokens()
    {
        using var run = new TinyRun();
        var result = await run.TrainAsync();

        // 7 steps of 6 copies of 2 examples, each the last token of its prompt, which carries the adapter.
        Assert.Equal((84, 84), (result.Work!.RowForwards, result.Work.Tokens));
        Assert.All(run.Journal().Entries, entry => Assert.Equal((12, 12), (entry.Work!.RowForwards, entry.Work.Tokens)));
        Assert.Equal([0, 36, 72, 84], result.Evaluations.Select(point => point.Work!.RowForwards));
    }

    [Theory]
    [InlineData(3, 3, 2, "always is right as often")]
    [InlineData(2, 3, 4, "right on 1 row more")]
    [InlineData(2, 3, 3, null)]
    public void WhatWinsIsSaidInASentence(int majority, int ours, int probe, string? expected)
    {
        var anchors = new Anchors
        {
            Majority = new Anchor(majority, 6),
            MajorityWord = " no",
            ZeroShot = new Anchor(1, 6),
            Probe = new Anchor(probe, 6),
            TrainingRows = 10,
            Ours = new Anchor(ours, 6),
            Seconds = 0,
        };
        if (expected is null)
        {
            Assert.Null(anchors.Verdict);
        }
        else
        {
            Assert.Contains(expected, anchors.Verdict, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AProbeIsTrainedEvaluatedAndClassifies()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        var result = await run.TrainAsync(options => options with { Method = TrainingMethod.Probe, TestData = run.At("test.jsonl") });

        var folder = new RunFolder(run.At("run"));
        Assert.Equal((0, folder.ProbeFile), (result.Steps, result.AdapterFolder));
        var head = ProbeHead.Load(folder.ProbeFile);
        Assert.Equal([" no", " yes"], head.Words);
        Assert.Equal(12, head.HiddenSize);
        var report = await ModelEvaluation.RunAsync(EvaluationOptions.FromRun(folder) with { DataFile = run.At("eval.jsonl") });
        Assert.Equal(head.Layer, report.ProbeLayer);
        Assert.Equal(result.Last!.ChoiceLoss!.Value, report.Result.ChoiceLoss!.Value, 1e-6);
        Assert.Equal(5, result.Test!.Rows);

        using var classifier = TextClassifier.OpenRun(run.At("run"));
        var answer = classifier.Classify("fine 0");
        Assert.Equal(report.Result.Examples[0].ProbabilityOf(1), answer.Probabilities[1].Probability, 1e-6);
    }

    [Fact]
    public async Task AProbeIsNoAdapter()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        await run.TrainAsync(options => options with { Method = TrainingMethod.Probe });
        var folder = new RunFolder(run.At("run"));

        Assert.Contains(
            "is a probe",
            Assert.Throws<CheckpointException>(() => AdapterFiles.Load(folder.ProbeFile)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "nothing to replay",
            Assert.Throws<FineTuneException>(() => RunReplay.Rebuild(folder)).Message,
            StringComparison.Ordinal
        );
        var again = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync());
        Assert.Equal(FineTuneFailure.Output, again.Failure);
        Assert.Contains("already holds a probe", again.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<FineTuneException>(() =>
            ModelEvaluation.RunAsync(
                EvaluationOptions.FromRun(folder) with
                {
                    DataFile = run.At("eval.jsonl"),
                    Data = run.Options.Data with { Choices = [" bad", " good"] },
                }
            )
        );
        Assert.Contains("tells the words ' no', ' yes' apart", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedProbeIsRefused()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        await run.TrainAsync(options => options with { Method = TrainingMethod.Probe });
        var file = new RunFolder(run.At("run")).ProbeFile;
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        Assert.Contains("checksum", Assert.Throws<CheckpointException>(() => ProbeHead.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProbeNeedsLabels()
    {
        using var run = new TinyRun();
        run.Write("train.jsonl", [.. Enumerable.Range(0, 10).Select(index => TinyRun.Row($"good {index}", 1))]);
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => options with { Method = TrainingMethod.Probe })
        );
        Assert.Contains("training rows of one label", error.Message, StringComparison.Ordinal);

        var errors = (run.Options with { Method = TrainingMethod.Probe, Loss = LossKind.Tokens, Resume = true }).Validate();
        Assert.Equal(2, errors.Count);
    }
}
