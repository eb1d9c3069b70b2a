namespace MobiZO.Scoring;

/// <summary>The scores of what copies write.</summary>
/// <param name="answers">The rows that are answered.</param>
/// <param name="score">Scores the answers.</param>
internal sealed class AnswerScores(RowAnswers answers, ITextScore score)
{
    /// <summary>The rows that are answered.</summary>
    public RowAnswers Answers => answers;

    /// <summary>The mean score of every copy over some rows.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="copies">P copies.</param>
    /// <param name="cancellation">Ends the score.</param>
    /// <returns>P numbers; NaN for a copy whose answers the model gives no numbers for.</returns>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public double[] MeansOf(IReadOnlyList<int> rows, AnswerCopies copies, CancellationToken cancellation) =>
        [.. Write(rows, copies, cancellation).Select(answer => answer.Score).Chunk(rows.Count).Select(ofCopy => ofCopy.Average())];

    /// <summary>The answers of every copy to some rows, with their scores and token ids.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="copies">P copies.</param>
    /// <param name="cancellation">Ends the score.</param>
    /// <returns>Copy 0 first, row by row; the score is NaN where the model gives no numbers.</returns>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public (WrittenAnswer Text, double Score, int[] Ids)[] Write(
        IReadOnlyList<int> rows,
        AnswerCopies copies,
        CancellationToken cancellation
    )
    {
        var written = answers.Write(rows, copies);
        WrittenAnswer[] texts = [.. written.Select((ids, index) => answers.TextOf(rows[index % rows.Count], ids ?? []))];
        var scores = score.Score(texts, cancellation);
        return [.. written.Select((ids, index) => (texts[index], ids is null ? double.NaN : scores[index], ids ?? []))];
    }
}
