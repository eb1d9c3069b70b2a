using System.Globalization;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Reporting;

/// <summary>Precision, recall, calibration and confusions as lines.</summary>
internal static class MetricsText
{
    // More labels would bury the rest; the weakest are what a reader wants.
    private const int MostLabels = 12;
    private const int MostPairs = 5;

    /// <summary>The lines; none for free answers.</summary>
    /// <param name="metrics">The numbers; may be null.</param>
    /// <param name="rows">Which rows they are of: "evaluation" or "scored".</param>
    public static IEnumerable<string> Lines(ClassificationMetrics? metrics, string rows)
    {
        if (metrics is null)
        {
            yield break;
        }

        var labels =
            metrics.Labels.Count <= MostLabels
                ? metrics.Labels
                : [.. metrics.Labels.Where(HasRows).OrderBy(label => label.F1).Take(MostLabels)];
        var weakest = labels.Count < metrics.Labels.Count ? $"; the {labels.Count} weakest of {metrics.Labels.Count} labels" : "";
        yield return $"labels     macro F1 {Loss(metrics.MacroF1)}{weakest}";
        var width = labels.Max(label => Name(label.Word).Length);
        foreach (var label in labels)
        {
            yield return $"           {Name(label.Word).PadRight(width)}  precision {Share(label.Precision)}  "
                + $"recall {Share(label.Recall)}  {Quantity.Number(label.Rows)} rows";
        }

        yield return $"calibrated {Calibration(metrics.Calibration, rows)}";
        if (metrics.Confused.Count > 0)
        {
            var pairs = metrics
                .Confused.Take(MostPairs)
                .Select(pair => $"{Name(pair.Right)} as {Name(pair.Predicted)} {Quantity.Number(pair.Rows)}");
            yield return $"confused   {string.Join(", ", pairs)}";
        }
    }

    private static string Calibration(Calibration calibration, string rows) =>
        $"error (ECE, {MobiZO.Evaluation.Calibration.Bins} bins) {Loss(calibration.Error)}"
        + (
            calibration is { Temperature: { } temperature, ErrorAtTemperature: { } error }
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $", {Loss(error)} at temperature {temperature:0.00}, fitted on the {rows} rows "
                ) + "(each half measured at that of the other)"
                : ""
        );

    private static bool HasRows(LabelMetrics label) => label.Rows > 0;

    private static string Name(string word) =>
        $"'{word.Replace("\n", @"\n", StringComparison.Ordinal).Replace("\t", @"\t", StringComparison.Ordinal)}'";

    private static string Share(double? share) => share is { } value ? Quantity.Share(value) : "-";

    private static string Loss(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
