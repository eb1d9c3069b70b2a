namespace MobiZO.ExecuTorch.Format;

/// <summary>A program file: methods that share constants and payloads of delegates.</summary>
/// <param name="target">The oldest release that must load it; null: <see cref="TargetRuntime.Default"/>.</param>
internal sealed class PteFile(TargetRuntime? target = null)
{
    /// <summary>The oldest release that must load it.</summary>
    public TargetRuntime Target => target ?? TargetRuntime.Default;

    /// <summary>The methods.</summary>
    public List<PteMethod> Methods { get; } = [];

    /// <summary>Constants; number n of a tensor is entry n - 1.</summary>
    public List<PteConstant> Constants { get; } = [];

    /// <summary>First values of states; number n of a tensor is entry n - 1.</summary>
    public List<PteConstant> States { get; } = [];

    /// <summary>Numbers of first values that several methods begin with, by the memory that they were given in.</summary>
    public Dictionary<ReadOnlyMemory<float>, int> SharedStates { get; } = [];

    /// <summary>Data that payloads know by name. Data that is a constant too is stored once: see <see cref="Aliases"/>.</summary>
    public OrderedDictionary<string, PteConstant> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of constants: the number of each, from 1.</summary>
    public OrderedDictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);

    /// <summary>Payloads of delegates.</summary>
    public List<PtePayload> Payloads { get; } = [];
}
