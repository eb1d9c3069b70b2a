using System.Globalization;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Anchors;

/// <summary>Simpler ways to answer beside runs, as a table: a row a task and seed, and the means of each task.</summary>
internal static class AnchorTables
{
    public static ReportTable Create(IReadOnlyList<AnchorRow> rows)
    {
        var table = new ReportTable(
            "Accuracy on the same evaluation rows",
            "task",
            "seed",
            "majority",
            "zero-shot",
            "ML.NET (TF-IDF, SDCA)",
            "logistic probe",
            "discriminant alone",
            "ours"
        );
        foreach (var task in rows.GroupBy(row => row.Task))
        {
            foreach (var row in task)
            {
                table.Add([row.Task, row.Seed.ToString(CultureInfo.InvariantCulture), .. Accuracies(row).Select(Show.Percent)]);
            }

            var all = task.Select(Accuracies).ToArray();
            table.Add([task.Key, "mean", .. all[0].Select((_, column) => Show.Percent(all.Average(row => row[column])))]);
        }

        return table;
    }

    private static double?[] Accuracies(AnchorRow row) =>
        [
            row.Run?.Majority.Accuracy,
            row.Run?.ZeroShot.Accuracy,
            row.MlNet.Accuracy,
            row.Run?.Probe?.Accuracy,
            row.Run?.Discriminant?.Accuracy,
            row.Run?.Ours.Accuracy,
        ];
}
