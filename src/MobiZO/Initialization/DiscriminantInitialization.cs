using MobiZO.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.Initialization;

/// <summary>Gives a fresh adapter its A from the training prompts.</summary>
internal static class DiscriminantInitialization
{
    /// <summary>Examples that are read: some hundreds decide the directions, more would only cost time.</summary>
    public const int MostExamples = 256;

    /// <summary>The same adapter with another A in every module.</summary>
    /// <param name="adapter">A fresh adapter.</param>
    /// <param name="assembler">Knows what enters a module.</param>
    /// <param name="inputs">What entered its modules: [examples, in] by <see cref="ProgramAssembler.InputOf"/>.</param>
    /// <param name="labels">[examples], from 0.</param>
    public static LoraAdapter Apply(
        LoraAdapter adapter,
        ProgramAssembler assembler,
        IReadOnlyDictionary<string, float[][]> inputs,
        int[] labels
    )
    {
        var names = adapter.Modules.Select(module => assembler.InputOf(module.Name)).Distinct().ToArray();
        var matrices = new float[names.Length][];
        Parallel.For(0, names.Length, index => matrices[index] = DiscriminantDirections.Of(inputs[names[index]], labels, adapter.Rank));
        var byName = names.Zip(matrices).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return adapter with
        {
            Modules =
            [
                .. adapter.Modules.Select(module => new LoraModule(
                    module.Name,
                    module.Rank,
                    module.InputSize,
                    module.OutputSize,
                    byName[assembler.InputOf(module.Name)],
                    module.B
                )),
            ],
        };
    }
}
