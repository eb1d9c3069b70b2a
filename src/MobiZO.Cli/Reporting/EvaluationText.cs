using System.Globalization;
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

    /// <summary>What runs are compared by, alone.</summary>
    public static string Metric(EvaluationPoint point) =>
        point.Score is not null ? Score(point).TrimEnd()
        : point.Accuracy is { } accuracy ? $"accuracy {Quantity.Share(accuracy)} ({point.Correct}/{point.Rows})"
        : $"token loss {Quantity.Loss(point.TokenLoss)}";

    private static string Score(EvaluationPoint point, string name = "score") =>
        point.Score is { } score ? string.Create(CultureInfo.InvariantCulture, $"{name} {score:0.####}  ") : "";
}
