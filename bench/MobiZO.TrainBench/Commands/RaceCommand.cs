using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Race;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Commands;

/// <summary>Seconds to an accuracy, method after method, every run in its own process with an empty cache.</summary>
internal static class RaceCommand
{
    private const string ChildName = "race-run";

    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var task = CommonOptions.Text(
            "--task",
            $"{string.Join(", ", RaceTasks.BuiltIn.Select(known => known.Name))}, or a JSON file that describes a task.",
            "sms"
        );
        var data = CommonOptions.Text("--data", "Folder that the data files of the task lie in.", "data");
        var methods = CommonOptions.Text(
            "--methods",
            "Methods in the order they run.",
            string.Join(',', RaceMethod.All.Select(method => method.Name))
        );
        var seeds = CommonOptions.Text("--seeds", "Seeds; every method runs with each.", "42");
        var evalEvery = CommonOptions.Count("--eval-every", "Steps between two evaluations.", 10);
        var limit = new Option<double>("--limit") { Description = "Seconds after which a run stops.", DefaultValueFactory = _ => 1800 };
        var rate = new Option<float>("--prge-rate")
        {
            Description = "Constant learning rate of prge and mezo.",
            DefaultValueFactory = _ => 5e-5f,
        };
        var steps = new Option<int?>("--default-steps")
        {
            Description = "Steps of the method default; its rate falls to the last. The library's number unless given.",
        };
        var lines = new Option<string?>("--lines") { Description = "Also append one JSON line a run to this file, as soon as it ends." };
        var command = new Command("race", "Seconds from process start to an accuracy, by method.")
        {
            model,
            task,
            data,
            methods,
            seeds,
            evalEvery,
            limit,
            rate,
            steps,
            threads,
            lines,
            json,
        };
        command.SetAction(
            async (result, cancellation) =>
            {
                var chosen = RaceTasks.Find(result.GetValue(task)!);
                var results = new List<RaceResult>();
                string[] names = [.. CommonOptions.List(result.GetValue(methods)!).Select(name => RaceMethod.Find(name).Name)];
                ulong[] numbers = [.. CommonOptions.List(result.GetValue(seeds)!).Select(ParseSeed)];
                foreach (var seed in numbers)
                {
                    foreach (var method in names)
                    {
                        var settings = new RaceSettings
                        {
                            Task = chosen,
                            Method = method,
                            Model = Path.GetFullPath(result.GetValue(model)!),
                            DataRoot = Path.GetFullPath(result.GetValue(data)!),
                            WorkFolder = "",
                            Seed = seed,
                            EvalEvery = result.GetValue(evalEvery),
                            LimitSeconds = result.GetValue(limit),
                            PrgeRate = result.GetValue(rate),
                            DefaultSteps = result.GetValue(steps),
                            Threads = result.GetValue(threads),
                        };
                        var ended = await RunChildAsync(settings, cancellation);
                        results.Add(ended);
                        if (result.GetValue(lines) is { } file)
                        {
                            await File.AppendAllTextAsync(file, JsonSerializer.Serialize(ended, s_line) + "\n", cancellation);
                        }
                    }
                }

                foreach (var table in RaceTables.Create(chosen, [.. results.OrderBy(run => Array.IndexOf(names, run.Method))]))
                {
                    Output.Write(table);
                }

                BenchReport.Write(
                    result.GetValue(json),
                    new
                    {
                        Model = result.GetValue(model),
                        Task = chosen,
                        Runs = results,
                    }
                );
            }
        );
        return command;
    }

    /// <summary>The child: one run, settings on standard input, the result on standard output.</summary>
    public static Command CreateChild()
    {
        var command = new Command(ChildName) { Hidden = true };
        command.SetAction(
            async (_, cancellation) =>
            {
                var settings = JsonSerializer.Deserialize<RaceSettings>(await Console.In.ReadToEndAsync(cancellation), BenchReport.Json)!;
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(await RaceRun.RunAsync(settings), s_line));
            }
        );
        return command;
    }

    private static readonly JsonSerializerOptions s_line = new(BenchReport.Json) { WriteIndented = false };

    private static async Task<RaceResult> RunChildAsync(RaceSettings settings, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-race-").FullName;
        try
        {
            Output.Tell($"{settings.Task.Name}: {settings.Method}, seed {settings.Seed}");
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MOBIZO_CACHE"] = Path.Combine(folder, "cache") };
            var text = await ChildProcess.RunAsync(
                [ChildName],
                JsonSerializer.Serialize(settings with { WorkFolder = folder }, BenchReport.Json),
                environment,
                cancellation
            );
            var result = JsonSerializer.Deserialize<RaceResult>(text, BenchReport.Json)!;
            Output.Tell(
                $"  {(result.IsReached ? "reached" : result.Note)} after {Show.Seconds(result.Seconds)} s, {result.Steps} steps, best "
                    + $"{Show.Percent(result.Best)}"
            );
            return result;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static ulong ParseSeed(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new FormatException($"seeds: expected whole numbers such as 42,1337; found '{text}'");
}
