using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Runs;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Evaluation;

public sealed class EvaluatorTests
{
    /// <summary>
    /// Label words of one, two and three tokens: the scores are the mean log-probabilities of each word's tokens. The oracle scores every
    /// word by itself as a free answer, so neither the order of rows nor the division by length can hide.
    /// </summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void WordsOfSeveralTokensAreScoredByTheirMean(string engine)
    {
        using var run = new TinyRun(engine);
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: false, RunStyle.OneByOne);
        int[][] words =
        [
            [7],
            [5, 6],
            [8, 4, 3],
        ];
        EncodedExample[] rows =
        [
            WordRow.Of(3, words, [3, 4, 5], 2),
            WordRow.Of(4, words, [6, 3], 0),
            WordRow.Of(9, words, [4, 4, 4, 5], 1),
        ];
        var result = new Evaluator(adapted, rows, ["a", "b", "c"], _ => null, 64).Evaluate(null, null, CancellationToken.None);

        using var score = model.Engine.Load(model.Assembler.Score(null), model.Checkpoint);
        foreach (var (row, scored) in rows.Zip(result.Examples))
        {
            double[] sums = [.. words.Select(word => LogProbability(score, row.PromptIds, word))];
            double[] means = [.. sums.Zip(words, (sum, word) => sum / word.Length)];
            Assert.Equal(means, scored.Scores, (x, y) => Math.Abs(x - y) < 1e-5);
            Assert.Equal(Array.IndexOf(means, means.Max()), scored.Prediction);
            Assert.Equal((row.Label, row.LineNumber), (scored.Label, scored.LineNumber));
            Assert.Equal(sums[row.Label!.Value], scored.AnswerLogProbability, 1e-5);

            // The comparison could not tell orders apart if the words scored alike.
            Assert.True(means.Max() - means.Min() > 1e-3);
        }
    }

    /// <summary>
    /// Label words as one tree, one of them the beginning of another: the oracle computes each word by itself behind the prompt, and
    /// normalises at every place over the tokens that words go on with there.
    /// </summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void WordsOfATreeAreScoredAsEachByItself(string engine)
    {
        using var run = new TinyRun(engine);
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: false, RunStyle.OneByOne);
        int[][] words =
        [
            [7],
            [5, 6],
            [8, 4, 3],
            [8, 4],
            [8, 4, 9, 9],
            [5, 2, 2],
        ];
        const int End = 1;
        var tree = new ChoiceTree(words, End);
        EncodedExample[] rows =
        [
            .. new[] { (3, new[] { 3, 4, 5 }, 2), (4, [6, 3], 3), (9, [4, 4, 4, 5], 5) }.Select(row =>
                WordRow.Of(row.Item1, words, row.Item2, row.Item3) with
                {
                    Tree = tree,
                }
            ),
        ];
        var result = new Evaluator(adapted, rows, [.. "abcdef".Select(name => $"{name}")], _ => null, 64).Evaluate(
            null,
            null,
            CancellationToken.None
        );

        using var score = model.Engine.Load(model.Assembler.Score(null), model.Checkpoint);
        foreach (var (row, scored) in rows.Zip(result.Examples))
        {
            double Branch(int[] before, int taken)
            {
                int[] next =
                [
                    .. words
                        .Where(word => word.Take(before.Length).SequenceEqual(before))
                        .Select(word => before.Length < word.Length ? word[before.Length] : End)
                        .Distinct(),
                ];
                double Of(int token) =>
                    LogProbability(score, row.PromptIds, [.. before, token])
                    - (before.Length == 0 ? 0 : LogProbability(score, row.PromptIds, before));
                return Of(taken) - Math.Log(next.Sum(token => Math.Exp(Of(token))));
            }

            double[] expected =
            [
                .. words.Select(word =>
                    Enumerable.Range(0, word.Length).Sum(depth => Branch(word[..depth], word[depth]))
                    + (
                        words.Any(other => other.Length > word.Length && other.Take(word.Length).SequenceEqual(word))
                            ? Branch(word, End)
                            : 0
                    )
                ),
            ];
            Assert.Equal(expected, scored.Scores, (x, y) => Math.Abs(x - y) < 1e-4);
            Assert.Equal(1, scored.Scores.Sum(Math.Exp), 1e-6);
            Assert.Equal(Array.IndexOf(expected, expected.Max()), scored.Prediction);
            Assert.Equal(LogProbability(score, row.PromptIds, words[row.Label!.Value]), scored.AnswerLogProbability, 1e-4);
            Assert.True(expected.Max() - expected.Min() > 1e-2);
        }
    }

    /// <summary>Rows with two and three choices of their own in one batch, by every scoring.</summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void ChoicesOfRowsAreScoredAsEachByItself(string engine)
    {
        using var run = new TinyRun(engine);
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: false, RunStyle.OneByOne);
        var two = WordRow.Of(
            1,
            [
                [7],
                [5, 6],
            ],
            [3, 4, 5],
            1
        ) with
        {
            OwnChoices = ["a", "b"],
        };
        var three = WordRow.Of(
            2,
            [
                [8, 4, 3],
                [9],
                [2, 2],
            ],
            [6, 3],
            0
        ) with
        {
            OwnChoices = ["c", "d", "e"],
            TokenWeights = [1, 1, 1],
        };
        var result = new Evaluator(adapted, [two, three], [], _ => null, 64).Evaluate(null, null, CancellationToken.None);

        using var score = model.Engine.Load(model.Assembler.Score(null), model.Checkpoint);
        double[] means = [.. two.ChoiceIds.Select(word => LogProbability(score, two.PromptIds, word) / word.Length)];
        double[] sums = [.. three.ChoiceIds.Select(word => LogProbability(score, three.PromptIds, word))];
        Assert.Equal(means, result.Examples[0].Scores, (x, y) => Math.Abs(x - y) < 1e-5);
        Assert.Equal(sums, result.Examples[1].Scores, (x, y) => Math.Abs(x - y) < 1e-5);
        Assert.Equal(["c", "d", "e"], result.Examples[1].Choices);
        var right = (means[1] > means[0] ? 1 : 0) + (sums[0] > sums[1] && sums[0] > sums[2] ? 1 : 0);
        Assert.Equal(right / 2.0, result.Accuracy);
        Assert.NotNull(result.ChoiceLoss);
        Assert.Empty(result.Confusion);
    }

    [Fact]
    public void ARowThatNeverInvokesTheAdapterIsNamedByFileAndLine()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        var module = model.Assembler.LinearModules[0];
        var adapter = LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], rank: 1, alpha: 1, seed: 1) with
        {
            InvocationTokens = [4, 5],
        };
        using var adapted = new AdaptedModel(model, adapter, hasSingleRows: true, RunStyle.OneByOne);
        int[][] words =
        [
            [7],
            [8],
        ];
        var row = WordRow.Of(3, words, [4, 6, 5], 0) with { Place = new DataPlace("rows.tsv", 3) };

        var error = Assert.Throws<DataException>(() => new Evaluator(adapted, [row], ["a", "b"], _ => null, 64));

        Assert.Equal(("rows.tsv", 3), (error.File, error.Line));
        Assert.Contains("alora_invocation_tokens 4, 5", error.Message, StringComparison.Ordinal);
    }

    /// <summary>An evaluation that is as good with a smaller loss is better; one that is as good with a larger loss is not.</summary>
    [Fact]
    public void LossesCountWhereAccuraciesAreEqual()
    {
        static EvaluationPoint[] Points(params (int Correct, double Loss)[] points) =>
            [.. points.Select((point, step) => new EvaluationPoint(step, point.Correct / 10.0, point.Correct, 10, point.Loss, 1))];
        var better = Points((5, 1), (9, 1), (9, 0.5));
        var equal = Points((5, 1), (9, 0.5), (9, 0.5), (8, 0.1));
        Assert.Equal((0, 2), (EvaluationPoint.SinceImprovement(better), EvaluationPoint.BestOf(better)!.Step));
        Assert.Equal((2, 1), (EvaluationPoint.SinceImprovement(equal), EvaluationPoint.BestOf(equal)!.Step));
        Assert.True(better[2].IsBetterThan(better[1]));
        Assert.False(equal[2].IsBetterThan(equal[1]));
        Assert.Null(EvaluationPoint.BestOf(Points((5, 1))));
    }

    /// <summary>Rows of the table are the right choices, columns the predicted ones: the counts differ across the diagonal.</summary>
    [Fact]
    public void TheConfusionTableHasRightChoicesInRows()
    {
        ScoredExample Scored(int label, int prediction) => new(1, label, prediction, [0, 0], -1, 1);
        var result = new EvaluationResult(
            [Scored(0, 0), Scored(0, 1), Scored(0, 1), Scored(0, 1), Scored(1, 0), Scored(1, 1)],
            ["no", "yes"]
        );
        Assert.Equal(
            new[,]
            {
                { 1, 3 },
                { 1, 1 },
            },
            result.Confusion
        );
        Assert.Equal(2, result.Correct);
    }

    private static double LogProbability(IProgramSession score, int[] prompt, int[] word)
    {
        var feed = StepFeed.Create(StepLossKind.Tokens, [new PromptExample(prompt, 0, word, [], 0)], 1);
        return score.Run(feed.Inputs)[ProgramNames.LogProbabilities].Floats.Sum(value => (double)value);
    }
}
