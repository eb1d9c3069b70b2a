using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Reference;

/// <summary>A tensor of the interpreter: fp values or integers, row-major.</summary>
internal sealed record Tensor<T>(int[] Shape, T[] Values, long[]? Integers = null)
{
    public long[] Ids => Integers ?? throw new InvalidOperationException("An operation read fp values as integers.");

    public int Rows => Shape[0];

    /// <summary>Elements below the first axis.</summary>
    public int Width => Values.Length / Math.Max(Shape[0], 1);

    public static Tensor<T> Zeros(params int[] shape) => new(shape, new T[shape.Aggregate(1, (product, extent) => product * extent)]);

    public Span<T> Row(int row) => Values.AsSpan(row * Width, Width);

    public ElementType Type => Integers is null ? ElementType.Float32 : ElementType.Int64;
}
