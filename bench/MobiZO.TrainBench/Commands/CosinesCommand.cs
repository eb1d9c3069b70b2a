using System.CommandLine;
using System.Globalization;
using MobiZO.TrainBench.Cosines;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Commands;

/// <summary>How much of the exact gradient each estimator sees.</summary>
internal static class CosinesCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "Folder of a run; its model, rows, adapter and loss are used." };
        var trained = new Option<bool>("--trained") { Description = "At the run's last adapter; B is zero unless given." };
        var steps = CommonOptions.Count("--steps", "Mini-batches.", 8);
        var json = CommonOptions.Json();
        var command = new Command("cosines", "How much of the exact gradient each estimator sees, on the rows of a run.")
        {
            run,
            trained,
            steps,
            json,
        };
        command.SetAction(
            (result, cancellation) =>
                Task.Run(
                    () =>
                    {
                        var (folder, isTrained) = (result.GetRequiredValue(run), result.GetValue(trained));
                        var rows = CosineBench.Measure(folder, isTrained, Math.Max(2, result.GetValue(steps)), Output.Tell);
                        var table = new ReportTable("Cosine with the exact gradient", "estimate", "same rows", "sum over all");
                        foreach (var row in rows)
                        {
                            table.Add(row.Estimate, Show(row.OfBatch), row.OfSum is { } sum ? Show(sum) : "");
                        }

                        Output.Write(table);
                        BenchReport.Write(
                            result.GetValue(json),
                            new
                            {
                                Run = folder,
                                IsTrained = isTrained,
                                Rows = rows,
                            }
                        );
                    },
                    cancellation
                )
        );
        return command;
    }

    private static string Show(double cosine) => cosine.ToString("0.000", CultureInfo.InvariantCulture);
}
