using System.Text.Json.Nodes;
using MobiZO.Adapters;
using MobiZO.Classification;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;

namespace MobiZO.Tests.Training;

/// <summary>Runs on rows with choices of their own, and on label words that are one tree.</summary>
public sealed class ChoiceRunTests
{
    /// <summary>Two and three choices of several tokens in one file; the right one is the one that answers the first letter.</summary>
    [Theory]
    [InlineData(EngineCatalog.Reference, EstimatorKind.Reverse, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.Reverse, AdapterScope.All)]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.Guided, AdapterScope.Activated)]
    public async Task A_run_learns_choices_of_its_rows(string engine, EstimatorKind estimator, AdapterScope scope)
    {
        using var run = new TinyRun(engine);
        run.Write("own.jsonl", [.. Enumerable.Range(0, 12).Select(OwnRow)]);
        run.Options = Own(run, estimator, scope);

        var result = await run.TrainAsync();

        Assert.True(
            result.Evaluations[^1].ChoiceLoss < 0.6 * result.First!.ChoiceLoss,
            $"{result.First.ChoiceLoss} -> {result.Evaluations[^1].ChoiceLoss}"
        );
        Assert.True(result.Evaluations[^1].Accuracy > result.First.Accuracy || result.First.Accuracy == 1);
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.Equal(ChoiceScoring.Mean, config.Data.Scoring);
        var report = await ModelEvaluation.RunAsync(
            EvaluationOptions.FromRun(new RunFolder(run.At("run"))) with
            {
                DataFile = run.At("own.jsonl"),
            }
        );
        Assert.Equal(result.Best!.Accuracy!.Value, report.Result.Accuracy!.Value, 1e-9);
    }

    [Fact]
    public async Task A_run_of_preferences_stops_and_goes_on_to_the_same_bytes()
    {
        using var run = new TinyRun();
        run.Write(
            "own.jsonl",
            [.. Enumerable.Range(0, 8).Select(index => $$"""{"prompt": "ask {{index}}?", "chosen": " yes {{index}}", "rejected": " no"}""")]
        );
        run.Options = Own(run, EstimatorKind.Reverse, AdapterScope.Activated) with { Steps = 7 };
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(3);
        File.Delete(run.At("run", "checkpoint.safetensors"));
        await run.TrainAsync(options => options with { Resume = true });

        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.True(RunReplay.Rebuild(new RunFolder(run.At("run"))).HasSameWeightsAs(AdapterFiles.Load(run.At("run", "adapter"))));
        await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => options with { Resume = true, Data = options.Data with { Scoring = ChoiceScoring.Sum } })
        );
    }

    /// <summary>
    /// Six words of several tokens: the tree is learned, with and without a share of the token loss, and evaluation and classifier agree
    /// about it. A tenth, the default, moves the token loss less than three tenths do.
    /// </summary>
    [Theory]
    [InlineData(EngineCatalog.Reference, 0.0)]
    [InlineData(EngineCatalog.OnnxRuntime, 0.5)]
    [InlineData(EngineCatalog.OnnxRuntime, null)]
    public async Task A_run_learns_words_of_a_tree(string engine, double? share)
    {
        using var run = new TinyRun(engine);
        string[] words = [" aa bb", " aa cc", " aa", " dd", " de ff", " de fg"];
        run.Write(
            "words.jsonl",
            [.. Enumerable.Range(0, 12).Select(index => TinyRun.Row($"{(char)('a' + (index % 6))} {index}", index % 6))]
        );
        run.Options = run.Options with
        {
            TrainData = run.At("words.jsonl"),
            EvalData = run.At("words.jsonl"),
            Data = run.Options.Data with { Choices = words },
            Adapter = new AdapterOptions { Rank = 8 },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            ExamplesPerStep = 12,
            Steps = 40,
            EvalEvery = 0,
            TokenShare = share,
        };

        var result = await run.TrainAsync();

        var (first, last) = (result.First!, result.Evaluations[^1]);
        Assert.True(last.ChoiceLoss < 0.5 * first.ChoiceLoss, $"{first.ChoiceLoss} -> {last.ChoiceLoss}");
        Assert.True(share == 0 || last.TokenLoss < 0.85 * first.TokenLoss, $"{first.TokenLoss} -> {last.TokenLoss}");
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.Equal((ChoiceScoring.Branches, share ?? 0.3), (config.Data.Scoring, config.TokenShare));
        using var classifier = TextClassifier.OpenRun(run.At("run"));
        var answer = classifier.Classify("a 0");
        Assert.Equal(1, answer.Probabilities.Sum(probability => probability.Probability), 1e-6);
        var report = await ModelEvaluation.RunAsync(
            EvaluationOptions.FromRun(new RunFolder(run.At("run"))) with
            {
                DataFile = run.At("words.jsonl"),
            }
        );
        var scored = report.Result.Examples[0];
        Assert.Equal(words[scored.Prediction!.Value].Trim(), answer.Label);
        Assert.Equal(Math.Exp(scored.Scores.Max()), answer.Probability, 1e-4);
    }

    /// <summary>
    /// With words of one token exact gradients take a tenth of the token loss unless told otherwise, random and guided directions none.
    /// </summary>
    [Theory]
    [InlineData(EstimatorKind.Reverse, 0.1, "ChoiceBranchesAndTokens, share 0.1")]
    [InlineData(EstimatorKind.Guided, 0.0, "Choices")]
    [InlineData(EstimatorKind.OneSidedNormalized, 0.0, "Choices")]
    public async Task A_share_of_the_token_loss_is_decided_by_the_estimator(EstimatorKind estimator, double share, string loss)
    {
        using var run = new TinyRun();
        await run.TrainAsync(options =>
            options with
            {
                Optimizer = new OptimizerOptions { Estimator = estimator },
                Steps = 1,
                EvalData = null,
            }
        );
        Assert.Equal(share, new RunFolder(run.At("run")).ReadConfig().TokenShare);
        Assert.Equal(loss, run.Journal().Header.Properties["loss"]);
    }

    /// <summary>Runs from before there was a share had none, and go on without one.</summary>
    [Fact]
    public async Task A_run_from_before_the_share_goes_on_without_one()
    {
        using var run = new TinyRun();
        run.Options = run.Options with
        {
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            TokenShare = 0,
        };
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(3);
        var path = new RunFolder(run.At("run")).ConfigFile;
        var config = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        Assert.True(config.Remove("token_share"));
        await File.WriteAllTextAsync(path, config.ToJsonString());

        await run.TrainAsync(options => options with { Resume = true, TokenShare = null });

        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    [Fact]
    public async Task A_share_of_tokens_needs_label_words()
    {
        using var run = new TinyRun();
        run.Write("own.jsonl", [.. Enumerable.Range(0, 4).Select(OwnRow)]);
        run.Options = Own(run, EstimatorKind.Reverse, AdapterScope.Activated) with { TokenShare = 0.1 };

        Assert.Contains("TokenShare", (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync())).Message);
        async Task<string> Refused(Func<FineTuneOptions, FineTuneOptions> change) =>
            (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(change))).Message;
        Assert.Contains("choices of their own", await Refused(options => options), StringComparison.Ordinal);
        run.Write("free.jsonl", """{"prompt": "a", "completion": "b"}""");
        var free = run.At("free.jsonl");
        Assert.Contains(
            "free answers, whose loss is the token loss already: leave it out",
            await Refused(options => options with { TrainData = free, EvalData = null, Adapter = options.Adapter with { Scope = null } }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "FineTuneOptions.Loss Tokens has the token loss alone",
            await Refused(options => options with { Loss = LossKind.Tokens }),
            StringComparison.Ordinal
        );
    }

    /// <summary>Six labels without words: the run keeps them, counts its steps by the rows, and its classifier says them.</summary>
    [Fact]
    public async Task Labels_are_their_own_words_and_decide_the_steps()
    {
        using var run = new TinyRun();
        string[] labels = ["aa_bb", "aa_cc", "dd", "ee", "ff", "gg"];
        run.Write(
            "labels.tsv",
            ["label\ttext", .. Enumerable.Range(0, 24).Select(index => $"{labels[index % 6]}\t{(char)('a' + (index % 6))} {index}")]
        );
        run.Options = run.Options with
        {
            TrainData = run.At("labels.tsv"),
            EvalData = run.At("labels.tsv"),
            Data = run.Options.Data with { Choices = null },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            ExamplesPerStep = 2,
            Steps = null,
            EvalEvery = 5,
        };

        var plan = await new FineTuner(run.Options).PlanAsync();
        var result = await run.TrainAsync(options => options with { Epochs = 1.5 });

        Assert.Equal(96, plan.Steps);
        Assert.Equal(18, result.Steps);
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.Equal((18, null, 0), (config.Steps, config.Epochs, config.Patience));
        Assert.Equal(new LabelWord("aa_bb", " aa bb"), config.Data.LabelWords![0]);
        using var classifier = TextClassifier.OpenRun(run.At("run"));
        Assert.Equal(labels, classifier.Labels);

        // Steps that were left open end when nothing improves, with the best adapter beside the last.
        var stopped = await run.TrainAsync(options =>
            options with
            {
                Output = run.At("open"),
                EvalEvery = 1,
                Optimizer = options.Optimizer with { LearningRate = 1e-9f },
            }
        );
        Assert.Equal(RunEnd.StoppedEarly, stopped.End);
        Assert.Equal(3, new RunFolder(run.At("open")).ReadConfig().Patience);
        Assert.Equal(run.At("open", "best"), stopped.BestAdapterFolder);

        // A run that goes on keeps that, though its steps are no longer open.
        await run.TrainUntilAsync(1, options => options with { Output = run.At("stopped"), EvalEvery = 1 });
        await run.TrainAsync(options => options with { Output = run.At("stopped"), EvalEvery = 1, Steps = null, Resume = true });
        Assert.Equal(3, new RunFolder(run.At("stopped")).ReadConfig().Patience);

        // A probe keeps the words too.
        await run.TrainAsync(options => options with { Output = run.At("probe"), Method = TrainingMethod.Probe });
        using var probe = TextClassifier.OpenRun(run.At("probe"));
        Assert.Equal(labels, probe.Labels);
    }

    private static FineTuneOptions Own(TinyRun run, EstimatorKind estimator, AdapterScope scope) =>
        run.Options with
        {
            TrainData = run.At("own.jsonl"),
            EvalData = run.At("own.jsonl"),
            Data = new DataOptions { MaxLength = 32 },
            Adapter = new AdapterOptions { Rank = 8, Scope = scope },
            Optimizer = new OptimizerOptions { Estimator = estimator },
            ExamplesPerStep = 6,
            Steps = 40,
            EvalEvery = 20,
        };

    private static string OwnRow(int index) =>
        index % 3 == 0 ? $$"""{"prompt": "a{{index}}?", "choices": ["xx", "zz y", "no"], "answer": "zz y"}"""
        : index % 3 == 1 ? $$"""{"prompt": "b{{index}}?", "choices": ["yes yes", "uu"], "answer": 1}"""
        : $$"""{"prompt": "c{{index}}?", "choices": ["yes", "no no"], "answer": 0}""";
}
