using MobiZO.TrainBench.Steps;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Parts;

/// <summary>The model that decides the sizes of the benchmarks; set once before they run in this process.</summary>
internal static class PartsModel
{
    public static string Path { get; set; } = "";

    public static StepModel Open() => new(Path, new MobiZO.Models.EngineOptions(), LossKind.Choices, WeightFormat.All[0]);
}
