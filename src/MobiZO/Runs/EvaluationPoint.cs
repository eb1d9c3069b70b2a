using MobiZO.Journal;

namespace MobiZO.Runs;

/// <summary>One evaluation of a run, as it is reported and stored.</summary>
/// <param name="Step">Steps taken before it.</param>
/// <param name="Accuracy">Share of rows answered rightly; null for free answers.</param>
/// <param name="Correct">Rows answered rightly.</param>
/// <param name="Rows">Rows scored.</param>
/// <param name="ChoiceLoss">Cross-entropy over the label words; null for free answers.</param>
/// <param name="TokenLoss">Cross-entropy over the vocabulary, a token.</param>
public sealed record EvaluationPoint(long Step, double? Accuracy, int Correct, int Rows, double? ChoiceLoss, double TokenLoss)
{
    /// <summary>Mean score of what the model writes, higher is better, by a score or a metric; null without either.</summary>
    public double? Score { get; init; }

    /// <summary>What all steps before it cost; null where nobody counted.</summary>
    public StepWork? Work { get; init; }

    /// <summary>What points are compared by: higher is better.</summary>
    public double Metric => Score ?? Accuracy ?? -TokenLoss;

    /// <summary>The first of the best points; null until one is of a trained adapter.</summary>
    internal static EvaluationPoint? BestOf(IReadOnlyList<EvaluationPoint> points) =>
        points.Any(point => point.Step > 0) ? points[IndexOfBest(points)] : null;

    /// <summary>Points behind the best one.</summary>
    internal static int SinceImprovement(IReadOnlyList<EvaluationPoint> points) => points.Count - 1 - IndexOfBest(points);

    /// <summary>
    /// Whether this point is better than an earlier one: by its metric, or as good with a smaller loss, because accuracy stays the same
    /// long before the words are sure. A metric or loss that is no number is worse than every number.
    /// </summary>
    internal bool IsBetterThan(EvaluationPoint earlier) =>
        Metric.CompareTo(earlier.Metric) switch
        {
            0 => Loss < earlier.Loss || (double.IsNaN(earlier.Loss) && !double.IsNaN(Loss)),
            var order => order > 0,
        };

    private static int IndexOfBest(IReadOnlyList<EvaluationPoint> points)
    {
        var best = 0;
        for (var i = 1; i < points.Count; i++)
        {
            best = points[i].IsBetterThan(points[best]) ? i : best;
        }

        return best;
    }

    private double Loss => ChoiceLoss ?? TokenLoss;

    /// <summary>The point that a journal holds.</summary>
    internal static EvaluationPoint Of(JournalEvaluation line) =>
        new(line.Step, line.Accuracy, line.Correct, line.Rows, line.ChoiceLoss, line.TokenLoss) { Score = line.Score, Work = line.Work };

    /// <summary>What the journal keeps of it.</summary>
    internal JournalEvaluation ToJournal(bool isBest) =>
        new()
        {
            Step = Step,
            Accuracy = Accuracy,
            Correct = Correct,
            Rows = Rows,
            ChoiceLoss = ChoiceLoss,
            TokenLoss = TokenLoss,
            Score = Score,
            Work = Work,
            IsBest = isBest,
        };
}
