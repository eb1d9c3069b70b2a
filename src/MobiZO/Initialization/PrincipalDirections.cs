using System.Numerics.Tensors;
using MobiZO.Data;

namespace MobiZO.Initialization;

/// <summary>
/// Orthonormal directions in which rows vary most, by subspace iteration: a few products with the rows and no matrix of their width
/// squared.
/// </summary>
internal static class PrincipalDirections
{
    // The leading directions of real activations stand out: they have settled to three digits by then, and nothing here needs more.
    private const int Iterations = 12;

    // Directions carried along and thrown away; they make the kept ones settle sooner.
    private const int Oversampling = 8;

    // A row shorter than this beside the longest one holds rounding, not a direction.
    private const float Negligible = 1e-6f;

    /// <summary>At most <paramref name="count"/> directions, strongest first; fewer when the rows span fewer.</summary>
    /// <param name="rows">[n, width]; centred by the caller.</param>
    /// <param name="count">Number of directions wanted.</param>
    public static float[][] Of(float[][] rows, int count)
    {
        var width = rows[0].Length;
        var scale = rows.Max(row => TensorPrimitives.Norm<float>(row));
        var directions = Orthonormal(Start(Math.Min(count + Oversampling, Math.Min(rows.Length, width)), width), Negligible);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            directions = Orthonormal([.. directions.Select(direction => Multiply(rows, direction))], scale * scale * Negligible);
        }

        // Gram-Schmidt in the order of the start leaves the strongest first only roughly.
        return [.. directions.OrderByDescending(direction => Spread(rows, direction)).Take(count)];
    }

    /// <summary>Mean square of the rows along a direction.</summary>
    public static double Spread(float[][] rows, float[] direction) =>
        rows.Sum(row => Math.Pow(TensorPrimitives.Dot<float>(row, direction), 2)) / rows.Length;

    private static float[][] Start(int count, int width) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(index =>
                    Enumerable
                        .Range(0, width)
                        .Select(column => (float)((KeyedDraw.Bits(0, (ulong)index, (ulong)column) >> 40) / (double)(1 << 23)) - 1)
                        .ToArray()
                ),
        ];

    /// <summary>rows^T rows direction.</summary>
    private static float[] Multiply(float[][] rows, float[] direction)
    {
        var result = new float[direction.Length];
        foreach (var row in rows)
        {
            TensorPrimitives.MultiplyAdd(row, TensorPrimitives.Dot<float>(row, direction), result, result);
        }

        return result;
    }

    private static float[][] Orthonormal(float[][] vectors, float negligible)
    {
        var basis = new List<float[]>();
        foreach (var vector in vectors)
        {
            // Once more removes what rounding left of the first time.
            Remove(vector, basis);
            Remove(vector, basis);
            var length = TensorPrimitives.Norm<float>(vector);
            if (length > negligible)
            {
                TensorPrimitives.Divide(vector, length, vector);
                basis.Add(vector);
            }
        }

        return [.. basis];
    }

    private static void Remove(float[] vector, List<float[]> basis)
    {
        foreach (var direction in basis)
        {
            TensorPrimitives.MultiplyAdd(direction, -TensorPrimitives.Dot<float>(vector, direction), vector, vector);
        }
    }
}
