using System.CommandLine;
using System.Globalization;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Profiling;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Steps;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>Where the time of a step goes, by ONNX Runtime's own trace.</summary>
internal static class ProfileCommand
{
    private const int WarmUpSteps = 2;

    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var shape = CommonOptions.Text("--shape", "One shape, written as in steps --grid.", "activated:P=32,E=4,T=27,S=1");
        var steps = CommonOptions.Count("--steps", "Steps that are counted.", 10);
        var tokens = CommonOptions.TokensPerRun();
        var (loss, weights) = (CommonOptions.Loss(), CommonOptions.Weights());
        var command = new Command("profile", "Where the time of a training step goes, by operator.")
        {
            model,
            weights,
            shape,
            steps,
            tokens,
            loss,
            threads,
            json,
        };
        command.SetAction(
            (result, cancellation) =>
                Task.Run(
                    () =>
                    {
                        var chosen = StepGrid.Parse(result.GetValue(shape)!);
                        if (chosen.Count != 1)
                        {
                            throw new FormatException($"shape: expected one shape, found {chosen.Count}");
                        }

                        var engine = new EngineOptions { Threads = result.GetValue(threads) };
                        var count = Math.Max(1, result.GetValue(steps));
                        var format = WeightFormat.Find(result.GetValue(weights)!);
                        StepModel Open(string trace) =>
                            new(result.GetValue(model)!, engine with { TracePrefix = trace }, result.GetValue(loss), format);
                        var profile = Measure(Open, chosen[0], count, result.GetValue(tokens));
                        var title = string.Create(
                            CultureInfo.InvariantCulture,
                            $"{chosen[0]}: one step {profile.StepMilliseconds:0.0} ms with the trace on, "
                                + $"{profile.EngineMilliseconds:0.0} ms of it in the engine"
                        );
                        Output.Write(Table($"By part. {title}", "part", profile.Parts));
                        Output.Write(Table("By ONNX operator", "operator", profile.Operators));
                        BenchReport.Write(
                            result.GetValue(json),
                            new
                            {
                                Model = result.GetValue(model),
                                Weights = format.Name,
                                Shape = chosen[0],
                                profile.StepMilliseconds,
                                profile.EngineMilliseconds,
                                profile.Parts,
                                profile.Operators,
                            }
                        );
                    },
                    cancellation
                )
        );
        return command;
    }

    private static StepProfile Measure(Func<string, StepModel> open, StepShape shape, int count, int tokens)
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-profile-").FullName;
        try
        {
            var samples = new List<StepSample>();
            NodeKinds kinds;
            using (var model = open(Path.Combine(folder, "trace")))
            {
                using var run = new StepRun(model, shape, tokens);
                kinds = new NodeKinds(model.Step(shape).Program);
                for (var step = 0; step < WarmUpSteps + count; step++)
                {
                    samples.Add(run.Take());
                }
            }

            // The runtime completes its files when the sessions are gone.
            using var stream = File.OpenRead(Directory.GetFiles(folder, "trace-step_*.json").Single());
            var counted = samples.TakeLast(count).ToList();
            var trace = Trace.Read(stream, counted.Sum(sample => sample.EngineRuns));
            return new StepProfile(
                Statistics.Median(counted.Select(sample => sample.Milliseconds)),
                Statistics.Median(counted.Select(sample => sample.EngineMilliseconds)),
                ProfileShare.Of(trace, count, item => kinds.Of(item.Node)),
                ProfileShare.Of(trace, count, item => item.Operator)
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ReportTable Table(string title, string group, IReadOnlyList<ProfileShare> shares)
    {
        var table = new ReportTable(title, group, "calls", "ms", "share of the engine");
        foreach (var share in shares)
        {
            table.Add(share.Name, Show.Number(share.Calls), Show.Number(share.Milliseconds), Show.Percent(share.Share));
        }

        return table;
    }
}
