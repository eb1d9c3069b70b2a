using MobiZO.Checkpoints;
using MobiZO.Programs.Building;

namespace MobiZO.Programs;

/// <summary>Checks that a checkpoint has the weights of a program before an engine loads it.</summary>
public static class WeightCheck
{
    /// <summary>Fails on the first weight that is missing or has another shape.</summary>
    /// <exception cref="CheckpointException">Names the tensor, the expected and the found shape.</exception>
    public static void Require(IWeightSource source, Weight weight)
    {
        var found = source.FindShape(weight.Name);
        if (found is null || !found.SequenceEqual(weight.Shape))
        {
            var what = found is null ? "it is missing" : $"found [{string.Join(", ", found)}]";
            throw new CheckpointException($"Tensor '{weight.Name}': expected [{string.Join(", ", weight.Shape)}], {what}.");
        }
    }
}
