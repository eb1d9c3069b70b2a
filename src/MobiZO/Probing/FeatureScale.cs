using System.Numerics.Tensors;

namespace MobiZO.Probing;

/// <summary>What makes every feature of some rows zero on average and one in size.</summary>
/// <param name="Means">[width].</param>
/// <param name="Factors">[width]; 0 for a feature that does not vary.</param>
internal sealed record FeatureScale(float[] Means, float[] Factors)
{
    // A feature that varies less than this beside its size holds rounding.
    private const double Negligible = 1e-6;

    /// <summary>Measures rows.</summary>
    /// <param name="rows">[n, width]; at least one.</param>
    public static FeatureScale Of(float[][] rows)
    {
        var width = rows[0].Length;
        var (means, squares) = (new float[width], new float[width]);
        foreach (var row in rows)
        {
            TensorPrimitives.MultiplyAdd(row, 1f / rows.Length, means, means);
        }

        var centred = new float[width];
        foreach (var row in rows)
        {
            TensorPrimitives.Subtract(row, means, centred);
            TensorPrimitives.Multiply(centred, centred, centred);
            TensorPrimitives.MultiplyAdd(centred, 1f / rows.Length, squares, squares);
        }

        float[] factors =
        [
            .. squares.Zip(
                means,
                (square, mean) => Math.Sqrt(square) > Negligible * Math.Max(Math.Abs(mean), 1e-12) ? (float)(1 / Math.Sqrt(square)) : 0
            ),
        ];
        return new FeatureScale(means, factors);
    }

    /// <summary>Rows in these units.</summary>
    public float[][] Apply(float[][] rows) =>
        [
            .. rows.Select(row =>
            {
                var scaled = new float[row.Length];
                TensorPrimitives.Subtract(row, Means, scaled);
                TensorPrimitives.Multiply(scaled, Factors, scaled);
                return scaled;
            }),
        ];
}
