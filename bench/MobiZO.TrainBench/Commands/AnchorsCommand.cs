using System.CommandLine;
using System.Globalization;
using MobiZO.TrainBench.Anchors;
using MobiZO.TrainBench.Race;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Commands;

/// <summary>What a run is worth: simpler ways to answer on the same rows.</summary>
internal static class AnchorsCommand
{
    public static Command Create()
    {
        var (model, json) = (CommonOptions.Model(), CommonOptions.Json());
        var tasks = CommonOptions.Text(
            "--tasks",
            $"Tasks: {string.Join(", ", RaceTasks.BuiltIn.Select(known => known.Name))}, or JSON files that describe one.",
            string.Join(',', RaceTasks.BuiltIn.Select(known => known.Name))
        );
        var data = CommonOptions.Text("--data", "Folder that the data files of the tasks lie in.", "data");
        var seeds = CommonOptions.Text("--seeds", "Seeds; every task runs with each.", "42");
        var steps = CommonOptions.Count("--steps", "Steps of a run; 0: ML.NET alone.", 40);
        var command = new Command(
            "anchors",
            "Majority, zero-shot, ML.NET, a logistic probe, the discriminant alone and a run on the same rows."
        )
        {
            model,
            tasks,
            data,
            seeds,
            steps,
            json,
        };
        command.SetAction(
            async (result, cancellation) =>
            {
                var bench = new AnchorBench(
                    Path.GetFullPath(result.GetValue(model)!),
                    Path.GetFullPath(result.GetValue(data)!),
                    result.GetValue(steps)
                );
                RaceTask[] chosen = [.. CommonOptions.List(result.GetValue(tasks)!).Select(RaceTasks.Find)];
                ulong[] numbers = [.. CommonOptions.List(result.GetValue(seeds)!).Select(ParseSeed)];
                var rows = new List<AnchorRow>();
                foreach (var task in chosen)
                {
                    foreach (var seed in numbers)
                    {
                        rows.Add(await bench.MeasureAsync(task, seed, cancellation));
                    }
                }

                Output.Write(AnchorTables.Create(rows));
                BenchReport.Write(result.GetValue(json), new { Model = result.GetValue(model), Rows = rows });
            }
        );
        return command;
    }

    private static ulong ParseSeed(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new FormatException($"seeds: expected whole numbers such as 42,1337; found '{text}'");
}
