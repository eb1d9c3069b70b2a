using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Steps;

/// <summary>The step of one shape on several engines.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="Steps">The timing of each engine by its name.</param>
internal sealed record EngineRow(StepShape Shape, IReadOnlyDictionary<string, Timing> Steps)
{
    /// <summary>Measures a shape; of two turns of an engine the second counts, as in <see cref="StepBench"/>.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="names">The engines.</param>
    /// <param name="models">The model on each.</param>
    /// <param name="rounds">Rounds, the first included.</param>
    /// <param name="maxTokensPerRun">Most tokens of an engine run.</param>
    public static EngineRow Measure(
        StepShape shape,
        IReadOnlyList<string> names,
        IReadOnlyList<StepModel> models,
        int rounds,
        int maxTokensPerRun
    )
    {
        StepRun[] runs = [.. models.Select(model => new StepRun(model, shape, maxTokensPerRun))];
        try
        {
            var samples = Interleaved.Run(rounds, [.. runs.Select(run => (Func<StepSample>)(() => StepBench.Settled(run.Take)))]);
            return new EngineRow(
                shape,
                names.Zip(samples).ToDictionary(pair => pair.First, pair => Timing.Of(pair.Second), StringComparer.Ordinal)
            );
        }
        finally
        {
            Array.ForEach(runs, run => run.Dispose());
        }
    }

    /// <summary>Milliseconds of every engine, and its ratio to the first.</summary>
    public static ReportTable Table(IReadOnlyList<string> names, IReadOnlyList<EngineRow> rows)
    {
        var table = new ReportTable(
            "The step on several engines",
            ["shape", "rows", .. names.Select(name => $"{name} ms"), .. names.Skip(1).Select(name => $"{name}/{names[0]}")]
        );
        foreach (var row in rows)
        {
            var first = row.Steps[names[0]].Milliseconds;
            table.Add([
                row.Shape.ToString(),
                Show.Whole(row.Shape.Rows),
                .. names.Select(name => Show.Number(row.Steps[name].Milliseconds)),
                .. names.Skip(1).Select(name => Show.Ratio(row.Steps[name].Milliseconds / first)),
            ]);
        }

        return table;
    }
}
