namespace MobiZO.Initialization;

/// <summary>Linear equations with a symmetric positive definite matrix.</summary>
internal static class PositiveDefinite
{
    /// <summary>x with matrix x = right, by Cholesky's decomposition; the arguments stay as they are.</summary>
    /// <param name="matrix">[n, n].</param>
    /// <param name="right">[n].</param>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        var lower = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var value = matrix[i, j];
                for (var k = 0; k < j; k++)
                {
                    value -= lower[i, k] * lower[j, k];
                }

                lower[i, j] = i == j ? Root(value) : value / lower[j, j];
            }
        }

        double[] x = [.. right];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                x[i] -= lower[i, k] * x[k];
            }

            x[i] /= lower[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                x[i] -= lower[k, i] * x[k];
            }

            x[i] /= lower[i, i];
        }

        return x;
    }

    private static double Root(double pivot) =>
        pivot > 0 ? Math.Sqrt(pivot) : throw new ArithmeticException("The matrix is not positive definite.");
}
