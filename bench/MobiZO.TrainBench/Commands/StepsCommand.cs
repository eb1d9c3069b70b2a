using System.CommandLine;
using MobiZO.Models;
using MobiZO.TrainBench.Machine;
using MobiZO.TrainBench.Measuring;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Steps;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>
/// Speed of the parallel step over a grid of shapes, against one copy after another, plain inference and the machine's bound.
/// </summary>
internal static class StepsCommand
{
    private const int GemmRounds = 11;
    private const int ReadRounds = 6;

    public static Command Create()
    {
        var (model, json, threads) = (CommonOptions.Model(), CommonOptions.Json(), CommonOptions.Threads());
        var grid = CommonOptions.Grid(StepGrid.Default);
        var layers = CommonOptions.Layers();
        var rounds = CommonOptions.Rounds();
        var tokens = CommonOptions.TokensPerRun();
        var buffer = CommonOptions.Count("--bandwidth-mb", "Size of the buffer that memory speed is measured on.", 1024);
        var engineName = CommonOptions.Text("--engine", "The engine.", EngineCatalog.Default);
        var (loss, weights) = (CommonOptions.Loss(), CommonOptions.Weights());
        var command = new Command("steps", "Speed of the training step over a grid of shapes.")
        {
            model,
            weights,
            engineName,
            layers,
            grid,
            rounds,
            tokens,
            loss,
            threads,
            buffer,
            json,
        };
        command.SetAction(
            (result, cancellation) =>
                Task.Run(
                    () =>
                    {
                        var (shapes, format) = (StepGrid.Parse(result.GetValue(grid)!), WeightFormat.Find(result.GetValue(weights)!));
                        var engine = new EngineOptions { Name = result.GetValue(engineName)!, Threads = result.GetValue(threads) };
                        var chosenLayers = CommonOptions.LayersOf(result.GetValue(layers));
                        using var gemm = new GemmPeak(engine.Threads);
                        var (gemmRates, readRates) = (new List<GemmRate>(), new List<double>());
                        void MeasureMachine()
                        {
                            gemmRates.AddRange(gemm.Measure(GemmRounds));
                            readRates.Add(Statistics.Median(ReadBandwidth.Measure(result.GetValue(buffer), ReadRounds)));
                        }

                        MeasureMachine();
                        var rows = new List<StepRow>();
                        using (var loaded = new StepModel(result.GetValue(model)!, engine, result.GetValue(loss), format, chosenLayers))
                        {
                            var bench = new StepBench(loaded, result.GetValue(rounds), result.GetValue(tokens));
                            foreach (var shape in shapes)
                            {
                                cancellation.ThrowIfCancellationRequested();
                                Output.Tell($"measuring {shape}");
                                rows.Add(bench.Measure(shape));
                            }
                        }

                        MeasureMachine();
                        var roofline = new Roofline(gemmRates.Max(rate => rate.FlopsPerSecond), readRates.Max());
                        rows = [.. rows.Select(row => row.Against(roofline))];
                        foreach (var table in StepTables.Create(rows, roofline))
                        {
                            Output.Write(table);
                        }

                        BenchReport.Write(
                            result.GetValue(json),
                            new
                            {
                                Model = result.GetValue(model),
                                Engine = engine.Name,
                                Weights = format.Name,
                                Layers = result.GetValue(layers),
                                Gemm = gemmRates,
                                ReadBytesPerSecond = readRates,
                                Roofline = roofline,
                                Rows = rows,
                            }
                        );
                    },
                    cancellation
                )
        );
        return command;
    }
}
