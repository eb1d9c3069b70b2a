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
        yield return $"run        {how} after {Quantity.Number(result.Steps)} of {Quantity.Number(options.Steps)} steps, "
            + $"{Quantity.Seconds(result.Seconds)} ({Quantity.Seconds(result.StepSeconds)} in steps), "
            + $"peak memory {Quantity.Bytes(result.PeakMemoryBytes)}";
        if (result.SkippedSteps > 0)
        {
            yield return $"warning: {result.SkippedSteps} steps changed nothing because a loss was not finite; "
                + "a smaller --learning-rate or --epsilon helps";
        }

        if (result.First is { } first)
        {
            yield return $"first      {EvaluationText.Metric(first)}";
        }

        if (result.Best is { } best)
        {
            yield return $"best       {EvaluationText.Metric(best)} at step {best.Step}, chosen on the evaluation rows and so optimistic";
        }

        if (result.Last is { } last)
        {
            yield return $"last       {EvaluationText.Metric(last)}";
        }

        if (options.Reported == ReportedEvaluation.Best && result.Best is { } reported)
        {
            yield return $"result     {EvaluationText.Metric(reported)}, the best of {result.Evaluations.Count} evaluations "
                + "as the paper reports it";
        }

        if (result is { TestBefore: { } before, Test: { } test })
        {
            yield return $"held-out   {EvaluationText.Metric(test)} with the kept adapter, {EvaluationText.Metric(before)} without";
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
