namespace MobiZO.Probing;

/// <summary>The layers that a probe chooses from: a few in the upper half, where what tells labels apart has gathered.</summary>
internal static class ProbeLayers
{
    private const int Most = 5;

    /// <summary>How many layers lie in front of the states of each candidate, ascending.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="first">Layers that are not computed: a program that starts at a later layer has no states before it.</param>
    public static int[] Of(int layers, int first)
    {
        var below = Math.Max(layers / 2, first);
        return below >= layers
            ? [layers]
            : [.. Enumerable.Range(1, Most).Select(part => below + CeilingOf(part * (layers - below))).Distinct()];
    }

    private static int CeilingOf(int part) => (part + Most - 1) / Most;
}
