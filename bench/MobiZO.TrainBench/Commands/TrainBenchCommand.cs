using System.CommandLine;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Commands;

/// <summary>The root command; every command is one line here.</summary>
internal static class TrainBenchCommand
{
    /// <summary>Set to 1: failures show where they came from.</summary>
    private const string DebugVariable = "MOBIZO_DEBUG";

    public static RootCommand Create() =>
        new("Measures what a training step costs, where its time goes, what memory it needs and how long a goal takes.")
        {
            StepsCommand.Create(),
            EnginesCommand.Create(),
            ProfileCommand.Create(),
            PartsCommand.Create(),
            MemoryCommand.Create(),
            RaceCommand.Create(),
            TasksCommand.Create(),
            CosinesCommand.Create(),
            AnchorsCommand.Create(),
            RowsCommand.Create(),
            MemoryCommand.CreateChild(),
            RaceCommand.CreateChild(),
        };

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            Output.Tell("Stopped.");
            return 130;
        }
        catch (Exception exception)
        {
            Output.Tell(Environment.GetEnvironmentVariable(DebugVariable) == "1" ? exception.ToString() : $"error: {exception.Message}");
            return 1;
        }
    }
}
