using MobiZO.Runs;

namespace MobiZO.Cli.Reporting;

/// <summary>Evaluations as text.</summary>
internal static class EvaluationText
{
    /// <summary>Accuracy and losses in one line.</summary>
    public static string Line(EvaluationPoint point) =>
        point.Accuracy is { } accuracy
            ? $"accuracy {Quantity.Share(accuracy)} ({point.Correct}/{point.Rows})  "
                + $"choice loss {Quantity.Loss(point.ChoiceLoss!.Value)}  token loss {Quantity.Loss(point.TokenLoss)}"
            : $"token loss {Quantity.Loss(point.TokenLoss)} ({point.Rows} rows)";

    /// <summary>What runs are compared by, alone.</summary>
    public static string Metric(EvaluationPoint point) =>
        point.Accuracy is { } accuracy
            ? $"accuracy {Quantity.Share(accuracy)} ({point.Correct}/{point.Rows})"
            : $"token loss {Quantity.Loss(point.TokenLoss)}";
}
