using MobiZO.TrainBench.Commands;

namespace MobiZO.TrainBench;

/// <summary>Named, because top-level statements would be a type called Program, as the programs that are measured are.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args) => TrainBenchCommand.RunAsync(args);
}
