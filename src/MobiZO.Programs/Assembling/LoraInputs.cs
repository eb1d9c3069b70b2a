using MobiZO.Programs.Adapters;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>The adapter of a program: A and the stack of B, cut into one pair of matrices a module.</summary>
internal sealed class LoraInputs
{
    private readonly Dictionary<string, (Value A, Value Stack)> _matrices = new(StringComparer.Ordinal);
    private readonly double _scale;

    public LoraInputs(ProgramBuilder builder, AdapterLayout layout, Value stack)
    {
        _scale = layout.Scale;
        var modules = layout.Modules;
        A = builder.Input(ProgramNames.AdapterA, layout.ACount);
        var a = builder.AddMany(
            [.. modules.Select(module => module.Name + ".lora_A")],
            new SplitMatrices([.. modules.Select(module => (layout.Rank, module.InputSize))]),
            A
        );
        var b = builder.AddMany(
            [.. modules.Select(module => module.Name + ".lora_B")],
            new SplitMatrices([.. modules.Select(module => (module.OutputSize, layout.Rank))]),
            stack
        );
        for (var i = 0; i < modules.Count; i++)
        {
            _matrices.Add(modules[i].Name, (a[i], b[i]));
        }
    }

    /// <summary>All A matrices, flat.</summary>
    public Value A { get; }

    /// <summary>A [r, in] of an adapted module.</summary>
    public Value AOf(string module) => _matrices[module].A;

    /// <summary>Adds the low-rank term to the output of a module, if the module is adapted.</summary>
    public Value Apply(ProgramBuilder builder, string module, Value output, Value input) =>
        _matrices.TryGetValue(module, out var matrices)
            ? builder.Add(module + ".adapted", new MultiPerturbedLora(_scale), output, input, matrices.A, matrices.Stack)
            : output;
}
