using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Assembling;

namespace MobiZO.PrefixCache;

/// <summary>
/// What is kept of a token sequence: planes, one behind the other. Keys and values are two planes a layer, from the first computed layer
/// on; the hidden states that enter that layer are one plane.
/// </summary>
internal sealed class PrefixShape
{
    private readonly int[] _valuesBefore;

    private PrefixShape(PrefixKind form, int firstLayer, PrefixPlane[] planes)
    {
        (Form, FirstLayer, Planes) = (form, firstLayer, planes);
        _valuesBefore = new int[planes.Length + 1];
        for (var plane = 0; plane < planes.Length; plane++)
        {
            _valuesBefore[plane + 1] = _valuesBefore[plane] + planes[plane].ValuesPerToken;
        }
    }

    /// <summary>Keys and values, or hidden states alone.</summary>
    public PrefixKind Form { get; }

    /// <summary>The layer that a step starts with.</summary>
    public int FirstLayer { get; }

    public IReadOnlyList<PrefixPlane> Planes { get; }

    /// <summary>
    /// Whether whole rows are kept, with their answer tokens, because hidden states stand in for them; otherwise only what comes before the
    /// rows.
    /// </summary>
    public bool HoldsRows => Planes.Any(plane => plane.IsHidden);

    /// <summary>Numbers kept of one token.</summary>
    public int ValuesPerToken => _valuesBefore[^1];

    public static PrefixShape Of(ModelConfig config, PrefixKind form, int firstLayer)
    {
        var planes = new List<PrefixPlane>();
        if (form == PrefixKind.Hidden || firstLayer > 0)
        {
            planes.Add(new(ProgramNames.Hidden, ProgramNames.Hidden, 1, config.HiddenSize, true));
        }

        for (var layer = firstLayer; form == PrefixKind.KeyValues && layer < config.LayerCount; layer++)
        {
            planes.Add(
                new(ProgramNames.PresentKey(layer), ProgramNames.PastKey(layer), config.KeyValueHeadCount, config.HeadDimension, false)
            );
            planes.Add(
                new(ProgramNames.PresentValue(layer), ProgramNames.PastValue(layer), config.KeyValueHeadCount, config.HeadDimension, false)
            );
        }

        return new PrefixShape(form, firstLayer, [.. planes]);
    }

    public long BytesPerToken(PrefixCacheType type) => (long)ValuesPerToken * PrefixNumbers.SizeOf(type);

    /// <summary>Where a head of a plane starts in the numbers of a sequence.</summary>
    public int StartOf(int plane, int head, int tokens) => tokens * (_valuesBefore[plane] + (head * Planes[plane].Width));

    /// <summary>The plane that an output of a prefix program goes to.</summary>
    public int PlaneOf(string output)
    {
        var plane = 0;
        while (Planes[plane].Output != output)
        {
            plane++;
        }

        return plane;
    }
}
