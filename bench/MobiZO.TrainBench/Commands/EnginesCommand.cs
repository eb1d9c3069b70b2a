using System.CommandLine;
using MobiZO.Models;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Steps;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>The step alone on several engines, in turn round after round: nothing else of <c>steps</c> is measured.</summary>
internal static class EnginesCommand
{
    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var grid = CommonOptions.Grid("activated:P=32,E=4,T=27,S=1");
        var layers = CommonOptions.Layers();
        var rounds = CommonOptions.Rounds();
        var tokens = CommonOptions.TokensPerRun();
        var engines = CommonOptions.Text(
            "--engines",
            "The engines, the first is what the others are compared with.",
            "onnxruntime,executorch"
        );
        var (loss, weights) = (CommonOptions.Loss(), CommonOptions.Weights());
        var command = new Command("engines", "The step alone on several engines, interleaved.")
        {
            model,
            weights,
            engines,
            layers,
            grid,
            rounds,
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
                        var names = EnginesOf(result.GetValue(engines)!);
                        var (shapes, format) = (StepGrid.Parse(result.GetValue(grid)!), WeightFormat.Find(result.GetValue(weights)!));
                        var chosen = CommonOptions.LayersOf(result.GetValue(layers));
                        var models = new List<StepModel>();
                        try
                        {
                            foreach (var name in names)
                            {
                                var options = new EngineOptions { Name = name, Threads = result.GetValue(threads) };
                                models.Add(new StepModel(result.GetValue(model)!, options, result.GetValue(loss), format, chosen));
                            }

                            var rows = new List<EngineRow>();
                            foreach (var shape in shapes)
                            {
                                cancellation.ThrowIfCancellationRequested();
                                Output.Tell($"measuring {shape}");
                                rows.Add(EngineRow.Measure(shape, names, models, result.GetValue(rounds), result.GetValue(tokens)));
                            }

                            Output.Write(EngineRow.Table(names, rows));
                            BenchReport.Write(
                                result.GetValue(json),
                                new
                                {
                                    Model = result.GetValue(model),
                                    Weights = format.Name,
                                    Layers = result.GetValue(layers),
                                    Rows = rows,
                                }
                            );
                        }
                        finally
                        {
                            models.ForEach(loaded => loaded.Dispose());
                        }
                    },
                    cancellation
                )
        );
        return command;
    }

    private static IReadOnlyList<string> EnginesOf(string text)
    {
        var names = CommonOptions.List(text);
        return names.Except(EngineCatalog.Names, StringComparer.Ordinal).FirstOrDefault() is { } unknown
                ? throw new FormatException($"engines: expected names of {string.Join(", ", EngineCatalog.Names)}, found '{unknown}'")
            : names.Count >= 2 && names.Distinct(StringComparer.Ordinal).Count() == names.Count ? names
            : throw new FormatException($"engines: expected at least two different names, found '{text}'");
    }
}
