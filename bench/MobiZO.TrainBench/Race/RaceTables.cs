using System.Globalization;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Race;

/// <summary>The runs of a race as tables.</summary>
internal static class RaceTables
{
    public static IEnumerable<ReportTable> Create(RaceTask task, IReadOnlyList<RaceResult> results)
    {
        yield return Runs(task, results);
        yield return Methods(results);
    }

    private static ReportTable Runs(RaceTask task, IReadOnlyList<RaceResult> results)
    {
        var goal = task.Goal is { } accuracy ? Show.Percent(accuracy) : $"{Show.Percent(task.Gain)} more than before";
        var table = new ReportTable(
            $"Seconds from process start to the goal of task {task.Name} ({goal}), every run with an empty cache",
            "method",
            "seed",
            "reached",
            "seconds",
            "load",
            "prompts",
            "steps",
            "evaluations",
            "steps taken",
            "rows",
            "before",
            "best",
            "peak MB"
        );
        foreach (var result in results)
        {
            table.Add(
                result.Method,
                result.Seed.ToString(CultureInfo.InvariantCulture),
                result.IsReached ? "yes" : $"no: {result.Note}",
                Show.Seconds(result.Seconds),
                Show.Seconds(result.LoadSeconds),
                Show.Seconds(result.PromptSeconds),
                Show.Seconds(result.StepSeconds),
                Show.Seconds(result.EvaluationSeconds),
                Show.Whole(result.Steps),
                Show.Whole(result.Rows),
                Show.Percent(result.Before),
                Show.Percent(result.Best),
                Show.Megabytes(result.PeakBytes)
            );
        }

        return table;
    }

    /// <summary>
    /// Medians over seeds, against the first method. A run that did not arrive counts with the time it had: its ratio is a lower bound.
    /// </summary>
    private static ReportTable Methods(IReadOnlyList<RaceResult> results)
    {
        var table = new ReportTable(
            "Medians over seeds",
            "method",
            "reached",
            "seconds",
            "without evaluations",
            "rows",
            "seconds against the first",
            "without evaluations"
        );
        var groups = results.GroupBy(result => result.Method).ToList();
        double? First(Func<RaceResult, double> measure) =>
            groups[0].All(result => result.IsReached) ? Statistics.Median(groups[0].Select(measure)) : null;
        static double WithoutEvaluations(RaceResult result) => result.Seconds - result.EvaluationSeconds;
        foreach (var group in groups)
        {
            var isLowerBound = group.Any(result => !result.IsReached);
            string Ratio(Func<RaceResult, double> measure) =>
                First(measure) is { } first
                    ? (isLowerBound ? "at least " : "") + Show.Ratio(Statistics.Median(group.Select(measure)) / first)
                    : Show.Missing;
            table.Add(
                group.Key,
                $"{group.Count(result => result.IsReached)} of {group.Count()}",
                Show.Seconds(Statistics.Median(group.Select(result => result.Seconds))),
                Show.Seconds(Statistics.Median(group.Select(WithoutEvaluations))),
                Show.Whole((long)Statistics.Median(group.Select(result => (double)result.Rows))),
                Ratio(result => result.Seconds),
                Ratio(WithoutEvaluations)
            );
        }

        return table;
    }
}
