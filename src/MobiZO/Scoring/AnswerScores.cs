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
    public double[] MeansOf(IReadOnlyList<int> rows, AnswerCopies copies, CancellationToken cancellation)
    {
        var written = answers.Write(rows, copies);
        var scores = score.Score([.. written.Select((ids, index) => answers.TextOf(rows[index % rows.Count], ids ?? []))], cancellation);
        return
        [
            .. scores.Zip(written, (value, ids) => ids is null ? double.NaN : value).Chunk(rows.Count).Select(ofCopy => ofCopy.Average()),
        ];
    }

    /// <summary>The mean score of one copy over all rows.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public double MeanOf(AnswerCopies copy, CancellationToken cancellation)
    {
        var sum = 0d;
        foreach (var batch in answers.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            sum += MeansOf(batch, copy, cancellation)[0] * batch.Length;
        }

        return sum / answers.Count;
    }
}
