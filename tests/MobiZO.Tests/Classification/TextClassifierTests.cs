using MobiZO.Adapters;
using MobiZO.Classification;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.TestKit;
using MobiZO.Tests.Models;
using MobiZO.Training;

namespace MobiZO.Tests.Classification;

public sealed class TextClassifierTests : IDisposable
{
    private static readonly string s_nano = Path.Combine(Shared.Repository, "models", "nano");
    private static readonly string s_messages = Path.Combine(Shared.Repository, "samples", "SpamFilter", "messages.tsv");
    private static readonly DataOptions s_data = new()
    {
        Template = "{text}\nSpam:",
        LabelWords = LabelWord.ParseList("ham= no,spam= yes,junk= yes"),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-classifier-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A classifier takes the columns of the file that the fields are written from, or the fields themselves.</summary>
    [Fact]
    public void FieldsAreWrittenFromTheColumnsOfTheFile()
    {
        using var model = LocalModel.Open(s_nano);
        using var plain = new TextClassifier(model, null, s_data);
        using var classifier = new TextClassifier(model, null, s_data with { Fields = [new RowField("text", "{Message:trim:question}")] });
        var expected = plain.Classify("Win a prize?");

        Assert.Equal(expected.Probability, classifier.Classify("Win a prize?").Probability);
        Assert.Equal(
            expected.Probability,
            classifier.Classify(new Dictionary<string, string> { ["Message"] = " win a prize " }).Probability
        );
    }

    [Theory]
    [InlineData(AdapterScope.Activated)]
    [InlineData(AdapterScope.All)]
    public async Task SaysWhatTheEvaluationOfTheRunSaid(AdapterScope scope)
    {
        var seen = new Dictionary<long, EvaluationResult>();
        var options = new FineTuneOptions
        {
            Model = s_nano,
            TrainData = s_messages,
            EvalData = s_messages,
            EvalMaxRows = 6,
            Output = Path.Combine(_folder, "run"),
            Data = s_data with { MaxRows = 8 },
            Adapter = new AdapterOptions { Scope = scope, Rank = 4 },
            Optimizer = new OptimizerOptions { Queries = 2 },
            Steps = 3,
            ExamplesPerStep = 2,
        };
        var result = await new FineTuner(options).TrainAsync(new Recorder(seen));
        var best = seen[result.Best!.Step];
        var rows = DataFile.Read(s_messages, options.Data).ToDictionary(row => row.LineNumber);
        using var classifier = TextClassifier.OpenRun(options.Output);

        Assert.Equal(["ham", "spam, junk"], classifier.Labels);
        for (var i = 0; i < best.Examples.Count; i++)
        {
            var found = classifier.Classify(rows[best.Examples[i].LineNumber]["text"]);
            var scores = best.Examples[i].Scores;
            Assert.Equal(
                Math.Exp(-best.Examples[i].ChoiceLoss!.Value),
                found.Probabilities[best.Examples[i].Label!.Value].Probability,
                1e-5
            );
            Assert.Equal(1, found.Probabilities.Sum(probability => probability.Probability), 1e-12);
            Assert.Equal(classifier.Labels[best.Examples[i].Prediction!.Value], found.Label);
            Assert.Equal(found.Probabilities.Max(probability => probability.Probability), found.Probability);
        }
    }

    [Theory]
    [InlineData(AdapterScope.Activated)]
    [InlineData(AdapterScope.All)]
    public async Task ManyThreadsGetTheAnswersOfOne(AdapterScope scope)
    {
        var options = new FineTuneOptions
        {
            Model = s_nano,
            TrainData = s_messages,
            Output = Path.Combine(_folder, "run"),
            Data = s_data with { MaxRows = 8 },
            Adapter = new AdapterOptions { Scope = scope, Rank = 4 },
            Optimizer = new OptimizerOptions { Queries = 2 },
            Steps = 2,
            ExamplesPerStep = 2,
        };
        await new FineTuner(options).TrainAsync();
        using var classifier = TextClassifier.OpenRun(options.Output);
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => string.Concat(Enumerable.Repeat($"text {i} ", 1 + (i % 7))))];
        double[] alone = [.. texts.Select(text => classifier.Classify(text).Probabilities[0].Probability)];
        var together = new double[4, texts.Length];
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(thread => new Thread(() =>
                {
                    for (var i = 0; i < texts.Length; i++)
                    {
                        var text = (i + (50 * thread)) % texts.Length;
                        together[thread, text] = classifier.Classify(texts[text]).Probabilities[0].Probability;
                    }
                })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(
            0,
            Enumerable.Range(0, 4 * texts.Length).Count(i => together[i / texts.Length, i % texts.Length] != alone[i % texts.Length])
        );
    }

    /// <summary>What scores the words is loaded with the classifier, and nothing else: each program takes seconds and memory.</summary>
    [Theory]
    [InlineData(" no", "score")]
    [InlineData(" not at all", "score_trees")]
    public void OneProgramIsLoadedAndItIsTheOneThatScores(string word, string program)
    {
        var loaded = new List<string>();
        using var inner = new EngineOptions { Threads = 1 }.Create();
        using var model = LocalModel.Open(s_nano, () => new LoadRecorder(inner, loaded));
        using var classifier = new TextClassifier(model, null, s_data with { LabelWords = [new("ham", word), new("spam", " yes")] });
        Assert.Equal([program], loaded);
        classifier.Classify("Win a prize?");
        Assert.Equal([program], loaded);
    }

    [Fact]
    public void LettersThatNoRowsDecidedAreRefused()
    {
        using var model = LocalModel.Open(s_nano);
        var error = Assert.Throws<DataException>(() => new TextClassifier(model, null, s_data with { LabelWords = LabelWord.Letters }));
        Assert.Contains("a classifier has no rows to find them in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheBaseModelAloneCanBeAsked()
    {
        using var model = LocalModel.Open(s_nano);
        using var classifier = new TextClassifier(
            model,
            null,
            s_data with
            {
                LabelWords = null,
                Choices = [" no", " yes"],
                Template = "{subject}: {text}\nSpam:",
            }
        );
        Assert.Equal(["no", "yes"], classifier.Labels);
        var found = classifier.Classify(new Dictionary<string, string> { ["subject"] = "Hello", ["text"] = "How are you?" });
        Assert.Equal(2, found.Probabilities.Count);

        Assert.Contains("subject, text", Assert.Throws<DataException>(() => classifier.Classify("Hello")).Message);
        Assert.Contains(
            "'text'",
            Assert.Throws<DataException>(() => classifier.Classify(new Dictionary<string, string> { ["subject"] = "Hello" })).Message
        );
    }

    [Fact]
    public void FreeAnswersAreRefused()
    {
        using var model = LocalModel.Open(s_nano);
        var error = Assert.Throws<DataException>(() => new TextClassifier(model, null, new DataOptions()));
        Assert.Contains("Choices or LabelWords", error.Message);
    }

    [Fact]
    public void AnotherTemplateThanTheAdaptersIsRefused()
    {
        using var model = LocalModel.Open(s_nano);
        var module = model.Assembler.LinearModules[0];
        var adapter = LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], 2, 4, 1) with
        {
            InvocationTokens = [4000, 4001],
        };
        using var classifier = new TextClassifier(model, adapter, s_data);
        Assert.Contains("4000, 4001", Assert.Throws<DataException>(() => classifier.Classify("Hello")).Message);
    }

    [Fact]
    public void AFolderWithoutRunIsNamed() =>
        Assert.Contains(_folder, Assert.Throws<FineTuneException>(() => TextClassifier.OpenRun(_folder)).Message);

    private sealed class Recorder(Dictionary<long, EvaluationResult> seen) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is EvaluationCompleted evaluation)
            {
                seen[evaluation.Step] = evaluation.Result;
            }
        }
    }
}
