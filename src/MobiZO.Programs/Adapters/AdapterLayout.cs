namespace MobiZO.Programs.Adapters;

/// <summary>Which linear layers an adapter acts on, and where their matrices lie in the flat state.</summary>
public sealed record AdapterLayout
{
    /// <summary>Lays modules out in the given order.</summary>
    /// <param name="rank">r, the same for every module.</param>
    /// <param name="scale">alpha / r.</param>
    /// <param name="modules">Adapted linear layers, in the order of their state.</param>
    public AdapterLayout(int rank, double scale, IReadOnlyList<AdapterModule> modules)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        Rank = rank;
        Scale = scale;
        Modules = modules;
        AOffsets = Offsets(modules, module => rank * module.InputSize);
        BOffsets = Offsets(modules, module => rank * module.OutputSize);
    }

    /// <summary>r.</summary>
    public int Rank { get; }

    /// <summary>alpha / r.</summary>
    public double Scale { get; }

    /// <summary>Adapted linear layers in the order of their state.</summary>
    public IReadOnlyList<AdapterModule> Modules { get; }

    /// <summary>Where each A [r, in] starts in the flat A; the last entry is the total.</summary>
    public IReadOnlyList<int> AOffsets { get; }

    /// <summary>Where each B [out, r] starts in the flat B; the last entry is the total.</summary>
    public IReadOnlyList<int> BOffsets { get; }

    /// <summary>Number of values in all A.</summary>
    public int ACount => AOffsets[^1];

    /// <summary>Number of trained values (all B).</summary>
    public int BCount => BOffsets[^1];

    private static int[] Offsets(IReadOnlyList<AdapterModule> modules, Func<AdapterModule, int> size)
    {
        var offsets = new int[modules.Count + 1];
        for (var i = 0; i < modules.Count; i++)
        {
            offsets[i + 1] = checked(offsets[i] + size(modules[i]));
        }

        return offsets;
    }
}
