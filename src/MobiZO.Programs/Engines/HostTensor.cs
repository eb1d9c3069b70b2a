namespace MobiZO.Programs.Engines;

/// <summary>A dense row-major tensor in managed memory: what goes into and comes out of a program.</summary>
public sealed class HostTensor
{
    private HostTensor(IReadOnlyList<int> shape, float[]? floats, long[]? longs)
    {
        Shape = shape;
        _floats = floats;
        _longs = longs;
        var count = 1L;
        foreach (var extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent);
            count *= extent;
        }

        var length = floats?.Length ?? longs!.Length;
        if (count != length)
        {
            throw new ArgumentException($"A tensor of shape [{string.Join(", ", shape)}] needs {count} values; {length} were given.");
        }
    }

    private readonly float[]? _floats;
    private readonly long[]? _longs;

    /// <summary>Extents, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>What the elements are.</summary>
    public ElementType Type => _floats is null ? ElementType.Int64 : ElementType.Float32;

    /// <summary>The fp32 elements.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public float[] Floats => _floats ?? throw new InvalidOperationException("The tensor holds 64-bit integers, not fp32.");

    /// <summary>The integer elements.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds fp32.</exception>
    public long[] Longs => _longs ?? throw new InvalidOperationException("The tensor holds fp32, not 64-bit integers.");

    /// <summary>Number of elements.</summary>
    public int Count => _floats?.Length ?? _longs!.Length;

    /// <summary>Wraps (does not copy) fp32 values.</summary>
    public static HostTensor Of(float[] values, params IReadOnlyList<int> shape) => new(shape, values, null);

    /// <summary>Wraps (does not copy) integer values.</summary>
    public static HostTensor Of(long[] values, params IReadOnlyList<int> shape) => new(shape, null, values);
}
