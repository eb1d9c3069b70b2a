using MobiZO.Models;

namespace MobiZO.TrainBench.Memory;

/// <summary>A way to hold the frozen weights.</summary>
/// <param name="Name">How it is called in the table.</param>
/// <param name="Apply">The engine with it.</param>
internal sealed record WeightFormat(string Name, Func<EngineOptions, EngineOptions> Apply)
{
    /// <summary>Every format the engine has; a new one is one line here.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } =
    [
        new("fp32", engine => engine),
        new("fp32, low memory", engine => engine with { LowMemory = true }),
    ];

    public static WeightFormat Find(string name) => All.First(format => format.Name == name);
}
