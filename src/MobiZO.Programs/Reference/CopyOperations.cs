namespace MobiZO.Programs.Reference;

/// <summary>What belongs to one copy.</summary>
internal static class CopyOperations
{
    public static Tensor<T> First<T>(Tensor<T> x, IReadOnlyList<int> axes, int copies)
    {
        int[] shape = [.. x.Shape.Select((extent, axis) => axes.Contains(axis) ? extent / copies : extent)];
        return x.Integers is { } integers
            ? new Tensor<T>(shape, [], Cut(integers, x.Shape, shape))
            : new Tensor<T>(shape, Cut(x.Values, x.Shape, shape));
    }

    private static TValue[] Cut<TValue>(TValue[] values, ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        if (to.Length == 1)
        {
            return values[..to[0]];
        }

        var width = values.Length / from[0];
        var parts = new List<TValue>();
        for (var row = 0; row < to[0]; row++)
        {
            parts.AddRange(Cut(values[(row * width)..((row + 1) * width)], from[1..], to[1..]));
        }

        return [.. parts];
    }
}
