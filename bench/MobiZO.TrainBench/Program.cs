return await MobiZO.TrainBench.Commands.TrainBenchCommand.RunAsync(args);
