using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Memory;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>Resident peak of inference, evaluation and training, every measurement in a process of its own.</summary>
internal static class MemoryCommand
{
    private const string ChildName = "memory-run";

    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var rows = CommonOptions.Count("--rows", "Rows to evaluate and train on.", 64);
        var words = CommonOptions.Count("--words", "Words of a row.", 24);
        var steps = CommonOptions.Count("--steps", "Training steps.", 5);
        var queries = CommonOptions.Count("--queries", "q, two-sided.", 16);
        var examples = CommonOptions.Count("--examples", "E.", 4);
        var repeats = CommonOptions.Count("--repeats", "Processes of each kind; the median counts.", 1);
        var weights = CommonOptions.Text("--weights", "Weight formats.", string.Join(',', WeightFormat.All.Select(format => format.Name)));
        var command = new Command("memory", "Resident peak of inference, evaluation and training.")
        {
            model,
            weights,
            rows,
            words,
            steps,
            queries,
            examples,
            repeats,
            threads,
            json,
        };
        command.SetAction(
            async (result, cancellation) =>
            {
                var folder = Directory.CreateTempSubdirectory("mobizo-memory-").FullName;
                try
                {
                    var file = Path.Combine(folder, "rows.tsv");
                    MemoryRows.Write(file, result.GetValue(rows), result.GetValue(words));
                    var template = new MemorySettings(
                        default,
                        "",
                        Path.GetFullPath(result.GetValue(model)!),
                        file,
                        folder,
                        result.GetValue(steps),
                        result.GetValue(queries),
                        result.GetValue(examples),
                        result.GetValue(threads)
                    );
                    var results = new List<MemoryResult>();
                    foreach (var format in CommonOptions.List(result.GetValue(weights)!).Select(WeightFormat.Find))
                    {
                        foreach (var task in Enum.GetValues<MemoryTask>())
                        {
                            Output.Tell($"measuring {format.Name}, {Name(task)}");
                            results.Add(
                                await MeasureAsync(
                                    template with
                                    {
                                        Task = task,
                                        Format = format.Name,
                                    },
                                    Math.Max(1, result.GetValue(repeats)),
                                    cancellation
                                )
                            );
                        }
                    }

                    Output.Write(Table(results));
                    BenchReport.Write(
                        result.GetValue(json),
                        new
                        {
                            Model = result.GetValue(model),
                            Rows = result.GetValue(rows),
                            Words = result.GetValue(words),
                            Peaks = results,
                        }
                    );
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        return command;
    }

    /// <summary>The child: one task, settings on standard input, the peak on standard output.</summary>
    public static Command CreateChild()
    {
        var command = new Command(ChildName) { Hidden = true };
        command.SetAction(
            async (_, cancellation) =>
            {
                var settings = JsonSerializer.Deserialize<MemorySettings>(await Console.In.ReadToEndAsync(cancellation), BenchReport.Json)!;
                await Console.Out.WriteLineAsync((await MemoryRun.RunAsync(settings)).ToString(CultureInfo.InvariantCulture));
            }
        );
        return command;
    }

    private static async Task<MemoryResult> MeasureAsync(MemorySettings settings, int repeats, CancellationToken cancellation)
    {
        var samples = new List<long>();

        // One process more than counts: the first use of a model converts its weights, which is no part of the task.
        for (var repeat = 0; repeat <= repeats; repeat++)
        {
            var work = Directory.CreateDirectory(Path.Combine(settings.WorkFolder, Guid.NewGuid().ToString("N"))).FullName;
            var input = JsonSerializer.Serialize(settings with { WorkFolder = work }, BenchReport.Json);
            var text = await ChildProcess.RunAsync([ChildName], input, new Dictionary<string, string>(), cancellation);
            if (repeat > 0)
            {
                samples.Add(long.Parse(text, CultureInfo.InvariantCulture));
            }
        }

        return new MemoryResult(settings.Format, settings.Task, (long)Statistics.Median(samples.Select(sample => (double)sample)), samples);
    }

    private static ReportTable Table(List<MemoryResult> results)
    {
        var tasks = Enum.GetValues<MemoryTask>();
        MemoryTask[] trainings = [.. tasks.Except([MemoryTask.Inference, MemoryTask.Evaluation])];
        var table = new ReportTable(
            "Resident peak of a process, MB",
            ["weights", .. tasks.Select(Name), .. trainings.Select(task => $"{Name(task)}/{Name(MemoryTask.Evaluation)}")]
        );
        foreach (var format in results.GroupBy(result => result.Format))
        {
            double Peak(MemoryTask task) => format.Single(result => result.Task == task).PeakBytes;
            table.Add([
                format.Key,
                .. tasks.Select(task => Show.Megabytes((long)Peak(task))),
                .. trainings.Select(task => Show.Ratio(Peak(task) / Peak(MemoryTask.Evaluation))),
            ]);
        }

        return table;
    }

    private static string Name(MemoryTask task) => JsonNamingPolicy.KebabCaseLower.ConvertName(task.ToString()).Replace('-', ' ');
}
