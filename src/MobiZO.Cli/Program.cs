return await MobiZO.Cli.CommandLine.RunAsync(args);
