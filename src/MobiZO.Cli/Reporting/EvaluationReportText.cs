using MobiZO.Cli.Options;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Reporting;

/// <summary>An evaluation as text: the numbers, and which words were taken for which.</summary>
internal static class EvaluationReportText
{
    private const int MostColumns = 12;

    public static IEnumerable<string> Lines(EvaluationReport report, EvaluationOptions options)
    {
        yield return $"model      {options.Model}";
        yield return $"adapter    {Adapter(report, options)}";
        yield return $"engine     {report.Engine}";
        yield return $"rows       {report.Data}";
        if (report.Seen is { } seen)
        {
            yield return seen;
        }

        var score = OptionValue.Show(options.Metric) ?? "score";
        yield return $"result     {EvaluationText.Line(report.Result.At(0), score)}, {Quantity.Seconds(report.Seconds)}";
        if (report.Result.Examples.Count(example => example.Repeats) is > 0 and var repeating)
        {
            yield return $"warning: {repeating} of {report.Result.Examples.Count} answers go round in circles";
        }

        foreach (var line in MetricsText.Lines(report.Result.Metrics, "scored"))
        {
            yield return line;
        }

        foreach (var line in Confusion(report.Result))
        {
            yield return line;
        }
    }

    private static string Adapter(EvaluationReport report, EvaluationOptions options) =>
        options.Adapter is null ? "none"
        : report.ProbeLayer is { } layer ? $"{options.Adapter} (a probe of layer {Quantity.Number(layer)})"
        : $"{options.Adapter} (scope {(report.Scope == AdapterScope.Activated ? "activated" : "all")})";

    private static IEnumerable<string> Confusion(EvaluationResult result)
    {
        // A table of more words is wider than a terminal; the most confused pairs are told above.
        if (result.Choices.Count is 0 or > MostColumns)
        {
            yield break;
        }

        var confusion = result.Confusion;
        string[] names = [.. result.Choices.Select(choice => choice.Trim())];
        var width = Math.Max(8, names.Max(name => name.Length)) + 2;
        yield return "";
        yield return "right \\ predicted".PadRight(Math.Max(20, width)) + string.Concat(names.Select(name => name.PadLeft(width)));
        for (var right = 0; right < names.Length; right++)
        {
            var counts = Enumerable.Range(0, names.Length).Select(predicted => Quantity.Number(confusion[right, predicted]).PadLeft(width));
            yield return names[right].PadRight(Math.Max(20, width)) + string.Concat(counts);
        }
    }
}
