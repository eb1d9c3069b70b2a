using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
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
        EncodedExample[] rows = [Row(3, words, [3, 4, 5], 2), Row(4, words, [6, 3], 0), Row(9, words, [4, 4, 4, 5], 1)];
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

    private static EncodedExample Row(int line, int[][] words, int[] prompt, int label) =>
        new()
        {
            LineNumber = line,
            PromptIds = prompt,
            AnswerIds = words[label],
            ChoiceIds = words,
            Label = label,
            InvocationStart = prompt.Length - 1,
            WasTruncated = false,
        };
}
