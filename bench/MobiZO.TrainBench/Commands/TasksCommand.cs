using System.CommandLine;
using System.Text.Json;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Tasks;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Suite;

namespace MobiZO.TrainBench.Commands;

/// <summary>Every ready task whose data is there, trained by the library's defaults, one after another in this process.</summary>
internal static class TasksCommand
{
    private static readonly JsonSerializerOptions s_line = new(BenchReport.Json) { WriteIndented = false };

    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var tasks = CommonOptions.Text("--tasks", "Tasks in the order they run; all: every one with an accuracy.", "all");
        var data = CommonOptions.Text("--data", "Folder that the data of the tasks lies in, or folders of it.", "data");
        var seeds = CommonOptions.Text("--seeds", "Seeds; every task runs with each.", "42");
        var estimators = CommonOptions.Text(
            "--estimators",
            "Estimators, each of which trains every task: auto (what the library takes), one-sided-normalized, two-sided, guided, reverse.",
            "auto"
        );
        var trainRows = CommonOptions.Count("--train-rows", "Most training rows.", 1000);
        var evalRows = CommonOptions.Count("--eval-rows", "Most evaluation rows.", 1000);
        var steps = CommonOptions.Count("--steps", "Training steps.", 40);
        var evalEvery = CommonOptions.Count("--eval-every", "Steps between two evaluations.", 20);
        var fewest = CommonOptions.Count("--fewest-rows", "A training file with fewer rows is left for half of the evaluation file.", 100);
        var lines = new Option<string?>("--lines") { Description = "Also append one JSON line a task to this file, as soon as it ends." };
        var command = new Command(
            "tasks",
            "Majority, zero-shot, ML.NET, probe and trained accuracy of the ready tasks whose data is there."
        )
        {
            model,
            tasks,
            data,
            seeds,
            estimators,
            trainRows,
            evalRows,
            steps,
            evalEvery,
            fewest,
            threads,
            lines,
            json,
        };
        command.SetAction(
            async (result, cancellation) =>
            {
                var results = new List<SuiteResult>();
                var runs =
                    from seed in CommonOptions.List(result.GetValue(seeds)!).Select(RaceCommand.ParseSeed)
                    from estimator in CommonOptions.List(result.GetValue(estimators)!).Select(ParseEstimator)
                    select (seed, estimator);
                foreach (var (seed, estimator) in runs)
                {
                    var settings = new SuiteSettings
                    {
                        Model = Path.GetFullPath(result.GetValue(model)!),
                        DataRoot = Path.GetFullPath(result.GetValue(data)!),
                        Seed = seed,
                        Estimator = estimator,
                        TrainRows = result.GetValue(trainRows),
                        EvalRows = result.GetValue(evalRows),
                        Steps = result.GetValue(steps),
                        EvalEvery = result.GetValue(evalEvery),
                        FewestRows = result.GetValue(fewest),
                        Threads = result.GetValue(threads),
                    };
                    foreach (var task in TasksOf(result.GetValue(tasks)!, settings.DataRoot))
                    {
                        var ended = await RunAsync(task, settings, cancellation);
                        results.Add(ended);
                        if (result.GetValue(lines) is { } file)
                        {
                            await File.AppendAllTextAsync(file, JsonSerializer.Serialize(ended, s_line) + "\n", cancellation);
                        }
                    }
                }

                Output.Write(Table(results));
                BenchReport.Write(result.GetValue(json), new { Model = result.GetValue(model), Runs = results });
            }
        );
        return command;
    }

    private static EstimatorKind ParseEstimator(string name) =>
        EnumNames.TryParse<EstimatorKind>(name, out var kind)
            ? kind
            : throw new FormatException($"estimators: '{name}' is not one of {EnumNames.List<EstimatorKind>()}");

    /// <summary>The tasks that were asked for; those without data are told and left out.</summary>
    private static List<ReadyTask> TasksOf(string names, string root)
    {
        if (!Directory.Exists(root))
        {
            throw new FormatException($"data: expected a folder, found none at '{root}'");
        }

        var asked =
            names == "all"
                ? ReadyTasks.All.Where(task => task.Loss == LossKind.Choices)
                : CommonOptions.List(names).Select(ReadyTasks.Find);
        var found = new List<ReadyTask>();
        foreach (var task in asked)
        {
            if (SuiteRun.FolderOf(task, root) is null)
            {
                Output.Tell($"{task.Name}: no data below {root}");
            }
            else
            {
                found.Add(task);
            }
        }

        return found;
    }

    private static async Task<SuiteResult> RunAsync(ReadyTask task, SuiteSettings settings, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-suite-").FullName;
        try
        {
            Output.Tell($"{task.Name}, seed {settings.Seed}");
            var result = await SuiteRun.RunAsync(task, settings, Path.Combine(folder, "run"), cancellation);
            Output.Tell(
                $"  zero-shot {Show.Percent(result.ZeroShot)}, last {Show.Percent(result.Last)} after {result.Steps} steps, "
                    + $"{Show.Seconds(result.Seconds)} s"
            );
            return result;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ReportTable Table(IEnumerable<SuiteResult> results)
    {
        var table = new ReportTable(
            "Ready tasks",
            "task",
            "seed",
            "estimator",
            "training rows",
            "evaluation rows",
            "majority",
            "zero-shot",
            "ML.NET",
            "probe",
            "discriminant",
            "last step",
            "best (optimistic)",
            "steps",
            "s"
        );
        foreach (var run in results)
        {
            table.Add(
                run.Task,
                run.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
                run.Estimator,
                Show.Whole(run.TrainRows) + (run.IsSplit ? " of the evaluation file" : ""),
                Show.Whole(run.EvalRows),
                Show.Percent(run.Majority),
                Show.Percent(run.ZeroShot),
                Show.Percent(run.MlNet),
                Show.Percent(run.Probe),
                Show.Percent(run.Discriminant),
                Show.Percent(run.Last),
                Show.Percent(run.Best),
                Show.Whole(run.Steps),
                Show.Seconds(run.Seconds)
            );
        }

        return table;
    }
}
