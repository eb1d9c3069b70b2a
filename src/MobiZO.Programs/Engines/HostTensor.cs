using System.Runtime.InteropServices;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.Engines;

/// <summary>A dense row-major tensor in managed memory: what goes into and comes out of a program.</summary>
public sealed class HostTensor
{
    private readonly Memory<float> _floats;
    private readonly long[]? _longs;

    private HostTensor(IReadOnlyList<int> shape, Memory<float> floats, long[]? longs)
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

        var length = longs?.Length ?? floats.Length;
        if (count != length)
        {
            throw new ArgumentException($"A tensor of shape [{string.Join(", ", shape)}] needs {count} values; {length} were given.");
        }
    }

    /// <summary>Extents, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>What the elements are.</summary>
    public ElementType Type => _longs is null ? ElementType.Float32 : ElementType.Int64;

    /// <summary>The fp32 elements, in place.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public Memory<float> FloatMemory =>
        _longs is null ? _floats : throw new InvalidOperationException("The tensor holds 64-bit integers, not fp32.");

    /// <summary>The fp32 elements as an array: the wrapped one, or a copy when only a part of a larger one was wrapped.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public float[] Floats =>
        MemoryMarshal.TryGetArray<float>(FloatMemory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : _floats.ToArray();

    /// <summary>The integer elements.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds fp32.</exception>
    public long[] Longs => _longs ?? throw new InvalidOperationException("The tensor holds fp32, not 64-bit integers.");

    /// <summary>Number of elements.</summary>
    public int Count => _longs?.Length ?? _floats.Length;

    /// <summary>Wraps (does not copy) fp32 values.</summary>
    public static HostTensor Of(float[] values, params IReadOnlyList<int> shape) => new(shape, values, null);

    /// <summary>Wraps (does not copy) a part of an array of fp32 values.</summary>
    public static HostTensor Of(Memory<float> values, params IReadOnlyList<int> shape) => new(shape, values, null);

    /// <summary>Wraps (does not copy) integer values.</summary>
    public static HostTensor Of(long[] values, params IReadOnlyList<int> shape) => new(shape, default, values);
}
