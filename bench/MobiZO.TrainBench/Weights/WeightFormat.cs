using MobiZO.Models;
using Formats = MobiZO.Checkpoints.WeightFormat;

namespace MobiZO.TrainBench.Weights;

/// <summary>A way to hold the frozen weights.</summary>
/// <param name="Name">How it is called in tables and options.</param>
/// <param name="BytesPerWeight">Bytes that a run reads for one weight of a linear layer.</param>
/// <param name="Apply">The engine with it.</param>
internal sealed record WeightFormat(string Name, double BytesPerWeight, Func<EngineOptions, EngineOptions> Apply)
{
    /// <summary>Every format the engine has; a new one is one line here.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } =
    [
        new("fp32", sizeof(float), engine => engine with { Weights = Formats.Float32 }),
        new("fp32-low-memory", sizeof(float), engine => engine with { Weights = Formats.Float32, LowMemory = true }),
        // Codes and one fp32 scale for 32 weights; int4 has an offset too.
        new("int8", 1 + (4 / 32d), engine => engine with { Weights = Formats.Int8 }),
        new("nf4", 0.5 + (4 / 64d), engine => engine with { Weights = Formats.Nf4 }),
        new("int4", 0.5 + (8 / 32d), engine => engine with { Weights = Formats.Int4 }),
    ];

    /// <exception cref="FormatException">There is no such format.</exception>
    public static WeightFormat Find(string name) =>
        All.FirstOrDefault(format => format.Name == name)
        ?? throw new FormatException($"weights: '{name}' is not one of {string.Join(", ", All.Select(format => format.Name))}");
}
