namespace MobiZO.Cli.Reporting;

/// <summary>The final report of a run.</summary>
internal static class ReportText
{
    public static IEnumerable<string> Lines(FineTuneResult result, FineTuneOptions options)
    {
        var how = result.End switch
        {
            RunEnd.Completed => "completed",
            RunEnd.StoppedEarly => "stopped early: no better evaluation",
            _ => "stopped",
        };
        yield return result.Method == TrainingMethod.Probe
            ? $"run        {how} in {Quantity.Seconds(result.Seconds)}, peak memory {Quantity.Bytes(result.PeakMemoryBytes)}"
            : $"run        {how} after {Quantity.Number(result.Steps)} of {Quantity.Number(result.TotalSteps)} steps, "
                + $"{Quantity.Seconds(result.Seconds)} ({Quantity.Seconds(result.StepSeconds)} in steps), "
                + $"peak memory {Quantity.Bytes(result.PeakMemoryBytes)}";
        if (result is { Work: { RowForwards: > 0 } work })
        {
            yield return $"work       {WorkText.Line(work)}";
        }

        if (result.TokenShare > 0)
        {
            yield return $"loss       of steps over {LossText.OfLabelWords(result.TokenShare)}; evaluations tell the two apart";
        }

        if (result.SkippedSteps > 0)
        {
            yield return $"warning: {result.SkippedSteps} steps changed nothing because a loss was not finite; "
                + "a smaller --learning-rate or --epsilon helps";
        }

        var score = EvaluationText.ScoreOf(options);
        if (result is { Method: TrainingMethod.Probe, Last: { } scored })
        {
            yield return $"probe      {EvaluationText.Metric(scored, score)}";
        }
        else if (result.First is { } first)
        {
            yield return $"first      {EvaluationText.Metric(first, score)}";
        }

        if (result.Best is { } best)
        {
            yield return $"best       {EvaluationText.Metric(best, score)} at step {best.Step}, chosen on the evaluation rows and so "
                + "optimistic";
        }

        if (result is { Method: TrainingMethod.Adapter, Last: { } last })
        {
            yield return $"last       {EvaluationText.Metric(last, score)}";
        }

        if (options.Reported == ReportedEvaluation.Best && result.Best is { } reported)
        {
            yield return $"result     {EvaluationText.Metric(reported, score)}, the best of {result.Evaluations.Count} evaluations "
                + "as the paper reports it";
        }

        if (result.Test is { } test)
        {
            var without = result.TestBefore is { } before ? $" with the kept adapter, {EvaluationText.Metric(before, score)} without" : "";
            yield return $"held-out   {EvaluationText.Metric(test, score)}{without}";
        }

        foreach (var line in MetricsText.Lines(result.Metrics, "evaluation").Concat(AnchorText.Lines(result.Anchors)))
        {
            yield return line;
        }

        if (result.Spoken is { } spoken)
        {
            yield return $"says       the word by itself, written greedily, in {spoken.Said} of {spoken.Rows} rows that it gets right";
        }

        foreach (var line in SampleTexts.Lines(result.Samples))
        {
            yield return line;
        }

        var (kept, newest) = (result.BestAdapterFolder, result.AdapterFolder);
        yield return $"adapter    {(kept == newest ? newest : $"{kept} (best), {newest} (last)")}";
        yield return $"next       {Next(result, options)}";
    }

    private static string Next(FineTuneResult result, FineTuneOptions options)
    {
        var folder = ShellText.Quote(options.Output);
        return result.End == RunEnd.Cancelled
            ? $"resume with: {MobizoCommand.Name} train --resume --output {folder}"
            : $"score other rows with: {MobizoCommand.Name} eval --run {folder} --data <file>";
    }
}
