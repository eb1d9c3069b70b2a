using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Steps;

/// <summary>The rows as tables.</summary>
internal static class StepTables
{
    public static IEnumerable<ReportTable> Create(IReadOnlyList<StepRow> rows, Roofline roofline)
    {
        yield return Speed(rows, roofline);
        yield return Comparison(rows);
    }

    private static ReportTable Speed(IReadOnlyList<StepRow> rows, Roofline roofline)
    {
        var table = new ReportTable(
            FormattableString.Invariant(
                $"The parallel step (GEMM peak {roofline.FlopsPerSecond / 1e9:0} GFLOP/s, memory {roofline.BytesPerSecond / 1e9:0.0} GB/s)"
            ),
            "shape",
            "rows",
            "tokens",
            "runs",
            "ms",
            "rows/s",
            "tokens/s",
            "GFLOP",
            "GFLOP/s",
            "of peak",
            "weights GB/s",
            "of memory",
            "host",
            "peak MB"
        );
        foreach (var row in rows)
        {
            table.Add(
                row.Shape.ToString(),
                Show.Whole(row.Shape.Rows),
                Show.Whole(row.Shape.ComputedTokens),
                Show.Whole(row.Step.EngineRuns),
                Show.Number(row.Step.Milliseconds),
                Show.Number(row.RowsPerSecond),
                Show.Number(row.TokensPerSecond),
                Show.Number(row.Step.Cost.Flops / 1e9),
                Show.Number(row.FlopsPerSecond / 1e9),
                Show.Percent(row.FlopsPerSecond / roofline.FlopsPerSecond),
                Show.Number(row.WeightBytesPerSecond / 1e9),
                Show.Percent(row.WeightBytesPerSecond / roofline.BytesPerSecond),
                Show.Percent(row.HostShare),
                Show.Megabytes(row.PeakBytes) + (row.IsOwnPeak ? "" : " (process)")
            );
        }

        return table;
    }

    private static ReportTable Comparison(IReadOnlyList<StepRow> rows)
    {
        var table = new ReportTable(
            "Against one copy after another, plain inference, the bound of this machine, and scope all",
            "shape",
            "step ms",
            "sequential ms",
            "sequential/step",
            "inference ms",
            "step/inference",
            "bound ms",
            "bound reached",
            "scope all ms",
            "scope all/step"
        );
        foreach (var row in rows)
        {
            table.Add(
                row.Shape.ToString(),
                Show.Number(row.Step.Milliseconds),
                Show.Number(row.Sequential.Milliseconds),
                Show.Ratio(row.OverSequential),
                Show.Number(row.Inference.Milliseconds),
                Show.Ratio(row.OverInference),
                Show.Number(row.BoundMilliseconds),
                Show.Percent(row.BoundReached),
                Show.Number(row.ScopeAll?.Milliseconds),
                Show.Ratio(row.OverScopeAll)
            );
        }

        return table;
    }
}
