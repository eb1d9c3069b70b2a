using MobiZO.Data;
using MobiZO.Probing;

namespace MobiZO.Evaluation;

/// <summary>Rows scored by a probe, as an evaluation.</summary>
internal static class ProbeEvaluation
{
    /// <summary>Scores rows with labels.</summary>
    /// <param name="scorer">The probe on its model.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="choices">The label words.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <exception cref="FineTuneException">A row has no label, or its states are not numbers.</exception>
    public static EvaluationResult Of(
        ProbeScorer scorer,
        IReadOnlyList<EncodedExample> rows,
        IReadOnlyList<string> choices,
        Action<int> progress,
        CancellationToken cancellation
    ) =>
        rows.FirstOrDefault(row => row.Label is null) is { } free
            ? throw new FineTuneException(
                $"{free.Place}: a probe tells labels apart, and this row has a free answer: leave DataOptions.Shape out, or use an adapter.",
                FineTuneFailure.Settings
            )
            : Of(scorer.Score(rows, progress, cancellation), rows, choices);

    /// <summary>The evaluation of rows whose scores are there.</summary>
    public static EvaluationResult Of(double[][] scores, IReadOnlyList<EncodedExample> rows, IReadOnlyList<string> choices) =>
        new(
            [
                .. rows.Select(
                    (row, index) =>
                        new ScoredExample(
                            row.LineNumber,
                            row.Label!.Value,
                            Array.IndexOf(scores[index], scores[index].Max()),
                            scores[index],
                            scores[index][row.Label.Value],
                            1
                        )
                        {
                            Text = row.Text,
                        }
                ),
            ],
            choices
        );
}
