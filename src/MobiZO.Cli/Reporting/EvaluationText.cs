using System.Globalization;
using MobiZO.Cli.Options;
using MobiZO.Runs;

namespace MobiZO.Cli.Reporting;

/// <summary>Evaluations as text.</summary>
internal static class EvaluationText
{
    /// <summary>Score, accuracy and losses in one line.</summary>
    /// <param name="point">The evaluation.</param>
    /// <param name="score">What the score is called.</param>
    public static string Line(EvaluationPoint point, string score = "score") =>
        Score(point, score)
        + (
            point.Accuracy is { } accuracy
                ? $"accuracy {Quantity.Share(accuracy)} ({point.Correct}/{point.Rows})  "
                    + $"choice loss {Quantity.Loss(point.ChoiceLoss!.Value)}  token loss {Quantity.Loss(point.TokenLoss)}"
                : $"token loss {Quantity.Loss(point.TokenLoss)} ({point.Rows} rows)"
        );

    /// <summary>What runs are compared by; the accuracy beside a score.</summary>
    /// <param name="point">The evaluation.</param>
    /// <param name="score">What the score is called.</param>
    public static string Metric(EvaluationPoint point, string score = "score") =>
        point.Score is not null
            ? Score(point, score).TrimEnd() + (point.Accuracy is not null ? ", " + Metric(point with { Score = null }) : "")
        : point.Accuracy is { } accuracy ? $"accuracy {Quantity.Share(accuracy)} ({point.Correct}/{point.Rows})"
        : $"token loss {Quantity.Loss(point.TokenLoss)}";

    /// <summary>What the score of a run is called.</summary>
    public static string ScoreOf(FineTuneOptions? options) => OptionValue.Show(options?.Metric) ?? "score";

    private static string Score(EvaluationPoint point, string name) =>
        point.Score is { } score ? string.Create(CultureInfo.InvariantCulture, $"{name} {score:0.####}  ") : "";
}
