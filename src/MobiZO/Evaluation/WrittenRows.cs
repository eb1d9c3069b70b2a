using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Scoring;

namespace MobiZO.Evaluation;

/// <summary>Lets a model answer the rows of an evaluation, and compares its answers with theirs.</summary>
internal static class WrittenRows
{
    /// <summary>The result with the answers and their mean metric.</summary>
    /// <param name="result">The rows as they were scored.</param>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">The adapter; null: the base model alone.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="metric">How answers are compared.</param>
    /// <param name="options">Lengths and rounding.</param>
    /// <param name="progress">Told how many rows are answered.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static EvaluationResult Add(
        EvaluationResult result,
        LocalModel model,
        LoraAdapter? adapter,
        IReadOnlyList<EncodedExample> rows,
        TextMetric metric,
        EvaluationOptions options,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        // The program of answers is that of copies of an adapter: a fresh one changes nothing.
        var used = adapter ?? Nothing(model);
        using var adapted = new AdaptedModel(model, used, hasSingleRows: false, options.Engine.PrefixStyle);
        using var writer = new AnswerWriter(adapted, options.AnswerTokens);

        // Every prompt is used once: nothing is worth keeping.
        var cache = new PrefixCacheOptions(options.PrefixCacheType, MemoryBytes: 0, Folder: null, options.TokensPerRunInForce);
        using var prompts = adapted.OpenStore([.. rows.Select(row => AnswerWriter.ExampleOf(row, adapted.Start))], cache);
        var tensors = AdapterTensors.Of(used);
        var answers = new RowAnswers(writer, adapted, rows, prompts, options.TokensPerRunInForce);
        var written = answers.WriteAll(AnswerCopies.Of(tensors.A, tensors.B.Floats), progress, cancellation);
        ScoredExample[] examples =
        [
            .. result.Examples.Zip(
                written,
                (example, answer) => WithAnswer(example, answer.Text, MetricScore.Of(metric, answer.Text), answer.Ids)
            ),
        ];
        return new EvaluationResult(examples, result.Choices) { Score = examples.Average(example => example.AnswerScore) };
    }

    /// <summary>The result with what one copy of an adapter writes to the rows, the score of each, and the mean score.</summary>
    /// <param name="result">The rows as they were scored, in the order of the answers.</param>
    /// <param name="scores">Writes answers to the same rows and scores them.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public static EvaluationResult Add(EvaluationResult result, AnswerScores scores, AnswerCopies copy, CancellationToken cancellation)
    {
        var sum = 0d;
        ScoredExample[] examples = [.. result.Examples];
        foreach (var batch in scores.Answers.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            var written = scores.Write(batch, copy, cancellation);
            sum += written.Average(answer => answer.Score) * batch.Length;
            foreach (var (row, (text, score, ids)) in batch.Zip(written))
            {
                examples[row] = WithAnswer(examples[row], text, double.IsNaN(score) ? null : score, ids);
            }
        }

        return new EvaluationResult(examples, result.Choices) { Score = sum / scores.Answers.Count };
    }

    private static ScoredExample WithAnswer(ScoredExample example, WrittenAnswer text, double? score, int[] ids) =>
        example with
        {
            Answer = text.Answer,
            AnswerScore = score,
            Repeats = RepeatedWords.AreIn(ids),
        };

    private static LoraAdapter Nothing(LocalModel model)
    {
        var module = model.Assembler.LinearModules[0];
        return LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], rank: 1, alpha: 1, seed: 0);
    }
}
