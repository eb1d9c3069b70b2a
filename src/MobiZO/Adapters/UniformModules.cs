using MobiZO.Checkpoints;

namespace MobiZO.Adapters;

/// <summary>
/// Programs have one rank and one scale for all modules. Files may have others for some: these become zeros behind A and B, and a factor
/// of A, so that every module adds what it added, and B keeps its values and what a step of training does to it.
/// </summary>
internal static class UniformModules
{
    /// <summary>The modules with one rank, the largest, and one scale.</summary>
    /// <param name="modules">Modules with their own ranks, each with the factor of its product.</param>
    /// <param name="scale">The scale to bring them to where they differ.</param>
    public static (int Rank, double Scale, IReadOnlyList<LoraModule> Modules) Of(
        IReadOnlyList<(LoraModule Module, double Scale)> modules,
        double scale
    )
    {
        var rank = modules.Max(pair => pair.Module.Rank);
        var common =
            modules.All(pair => pair.Scale == modules[0].Scale) ? modules[0].Scale
            : scale == 0 ? 1
            : scale;
        return (rank, common, [.. modules.Select(pair => Widened(pair.Module, rank, common == 0 ? 1 : pair.Scale / common))]);
    }

    private static LoraModule Widened(LoraModule module, int rank, double factor)
    {
        if (module.Rank == rank && factor == 1)
        {
            return module;
        }

        if ((long)rank * Math.Max(module.InputSize, module.OutputSize) > Array.MaxLength)
        {
            throw new CheckpointException(
                $"module '{module.Name}' [{module.OutputSize}, {module.InputSize}] is too large for rank {rank}, the largest of the adapter"
            );
        }

        var a = new float[rank * module.InputSize];
        for (var i = 0; i < module.A.Length; i++)
        {
            a[i] = (float)(module.A[i] * factor);
        }

        var b = new float[rank * module.OutputSize];
        for (var row = 0; row < module.OutputSize; row++)
        {
            module.B.AsSpan(row * module.Rank, module.Rank).CopyTo(b.AsSpan(row * rank));
        }

        return new LoraModule(module.Name, rank, module.InputSize, module.OutputSize, a, b);
    }
}
