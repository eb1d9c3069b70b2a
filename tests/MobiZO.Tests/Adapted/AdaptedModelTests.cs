using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Classification;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Initialization;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Runs;
using MobiZO.Tests.Training;
using MobiZO.Training;

namespace MobiZO.Tests.Adapted;

public sealed class AdaptedModelTests
{
    /// <summary>
    /// The run, an evaluation of its adapter and the classifier put model and adapter together in one way: the same rows have the same
    /// scores, whether the adapter starts at the last tokens or at the first, in the first layer or above it, and whether a label word is
    /// one token or several.
    /// </summary>
    [Theory]
    [InlineData(AdapterScope.Activated, "all", " no", " yes")]
    [InlineData(AdapterScope.Activated, "top-1", " no", " yes")]
    [InlineData(AdapterScope.Activated, "top-1", " no", " not at all")]
    [InlineData(AdapterScope.All, "all", " no", " yes")]
    [InlineData(AdapterScope.All, "top-1", " no", " yes")]
    [InlineData(AdapterScope.All, "top-1", " no", " not at all")]
    public async Task ARunItsEvaluationAndItsClassifierSayTheSame(AdapterScope scope, string layers, string first, string second)
    {
        using var run = new TinyRun();
        EvaluationResult? last = null;
        var options = run.Options with
        {
            Data = run.Options.Data with { Choices = [first, second] },
            Adapter = run.Options.Adapter with { Scope = scope, Layers = layers, Initialization = AdapterInitialization.Kaiming },
            Optimizer = run.Options.Optimizer with { LearningRate = 5 },
            Steps = 3,
        };
        await run.TrainAsync(_ => options, happened => last = (happened as EvaluationCompleted)?.Result ?? last);
        var adapter = AdapterFiles.Load(run.At("run", "adapter"));
        Assert.Contains(adapter.ToState(), value => value != 0);

        var report = await ModelEvaluation.RunAsync(
            EvaluationOptions.FromRun(new RunFolder(run.At("run"))) with
            {
                DataFile = options.EvalData!,
                Adapter = run.At("run", "adapter"),
            }
        );
        Assert.Equal(scope, report.Scope);
        Assert.Equal(last!.Examples.Select(example => example.Scores), report.Result.Examples.Select(example => example.Scores));

        using var model = LocalModel.Open(options.Model, options.Engine);
        using var classifier = new TextClassifier(model, adapter, options.Data);
        foreach (var (row, example) in DataFile.Read(options.EvalData!, options.Data).Zip(last.Examples))
        {
            var answer = classifier.Classify(row["text"]);
            Assert.Equal(Math.Exp(-example.ChoiceLoss!.Value), answer.Probabilities[example.Label!.Value].Probability, 1e-12);
        }
    }

    [Fact]
    public void TheBaseModelFreezesNothing()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: true, RunStyle.OneByOne);

        Assert.Null(adapted.Layout);
        Assert.Equal(AdapterStart.OfBaseModel, adapted.Start);
        var example = adapted.ForScoring(Row([3, 4, 5], [6, 7]));
        Assert.Equal((0, 2), (example.SuffixStart, example.Answer.Length));
        Assert.Null(adapted.OpenStore([example], new PrefixCacheOptions(PrefixCacheType.Fp32, 0, null, 64)));
    }

    [Fact]
    public void WhatIsFrozenIsKeptWhereTheAdapterStarts()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var decided = DecidedAdapter.Of(new AdapterOptions { Layers = "top-1" }, labels: 0);
        var fresh = FreshAdapter.Create(model, decided, seed: 1, [Row([3, 4, 5], [6]), Row([7, 5], [6])]);
        using var adapted = new AdaptedModel(model, fresh, hasSingleRows: true, RunStyle.OneByOne);

        Assert.Equal([5], fresh.InvocationTokens);
        Assert.Equal((PrefixKind.KeyValues, 1), (adapted.Start.Prompt, adapted.Start.Layer));
        Assert.Equal((adapted.Start.Prompt, adapted.Start.Layer), (adapted.Prefix.Shape.Form, adapted.Prefix.Shape.FirstLayer));
        Assert.Equal(2, adapted.ForScoring(Row([3, 4, 5], [6])).SuffixStart);
        Assert.Throws<DataException>(() => adapted.ForScoring(Row([3, 4], [6])));
    }

    [Fact]
    public void PromptsThatEndDifferentlyAreRefusedWithTheirLines()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var rows = new[] { Row([3, 4], [6]), Row([3, 5], [6]) with { LineNumber = 9 } };
        var error = Assert.Throws<FineTuneException>(() =>
            FreshAdapter.Create(model, DecidedAdapter.Of(new AdapterOptions(), labels: 0), seed: 1, rows)
        );
        Assert.Contains("lines 1 and 9", error.Message, StringComparison.Ordinal);
        Assert.Contains("DataOptions.InvocationText", error.Message, StringComparison.Ordinal);
        Assert.Empty(
            FreshAdapter
                .Create(model, DecidedAdapter.Of(new AdapterOptions { Scope = AdapterScope.All }, labels: 0), seed: 1, rows)
                .InvocationTokens
        );
    }

    private static EncodedExample Row(int[] prompt, int[] answer) =>
        new()
        {
            LineNumber = 1,
            PromptIds = prompt,
            AnswerIds = answer,
            InvocationStart = prompt.Length - 1,
            WasTruncated = false,
        };
}
