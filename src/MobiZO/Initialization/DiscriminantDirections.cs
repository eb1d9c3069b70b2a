using System.Numerics.Tensors;

namespace MobiZO.Initialization;

/// <summary>
/// The A of a module from what entered it at the last prompt token of labelled rows. Row 0 is the common part (the mean of all rows, so
/// that its column of B shifts every answer alike); the next C - 1 rows tell the C labels apart (Fisher's linear discriminant in the
/// strongest principal directions, after the common part is taken out); rows that are left follow the principal directions. Every row is
/// scaled so that what it reads has a known size over the rows.
/// </summary>
internal static class DiscriminantDirections
{
    // Few enough that some hundred rows decide them, many enough to hold what tells labels apart.
    private const int PrincipalCount = 32;

    // Share of the mean scatter that is added to every direction: without it, directions that hardly vary in few rows would count for too
    // much.
    private const double Ridge = 0.1;

    // The common part at sqrt(8) moves B as far as the eight rows of a random A of rank 8 do, which all read mostly the common part; the
    // labels at twice the size of a random row. Measured: docs/algorithm.md.
    private const double CommonFactor = 2.8284271247461903;
    private const double LabelFactor = 2;

    // A module that sees (almost) the same in every row has nothing to tell apart: its rows stay zero.
    private const double Negligible = 1e-5;

    /// <summary>A [rank, in], row-major.</summary>
    /// <param name="rows">[n, in]; at least one.</param>
    /// <param name="labels">[n], from 0.</param>
    /// <param name="rank">r.</param>
    public static float[] Of(float[][] rows, int[] labels, int rank)
    {
        var width = rows[0].Length;
        var squares = rows.Average(row => (double)TensorPrimitives.SumOfSquares<float>(row));
        var randomRow = Math.Sqrt(squares / (3 * width));
        var mean = Mean(rows);
        var meanLength = TensorPrimitives.Norm<float>(mean);
        var result = new float[rank * width];
        if (meanLength > 0)
        {
            Put(result, 0, mean, randomRow * CommonFactor / ((double)meanLength * meanLength));
        }

        var centred = Centre(rows, mean, meanLength);
        var principal = PrincipalDirections.Of(centred, Math.Max(PrincipalCount, rank));
        var next = 1;
        var taken = new List<float[]>();
        foreach (
            var (direction, factor) in LabelDirections(centred, labels, principal)
                .Select(direction => (direction, LabelFactor))
                .Concat(principal.Select(direction => (direction, 1d)))
        )
        {
            if (next >= rank)
            {
                break;
            }

            if (Without(direction, taken) is not { } rest)
            {
                continue;
            }

            taken.Add(rest);
            var spread = PrincipalDirections.Spread(centred, rest);
            if (spread > Negligible * squares / width)
            {
                Put(result, next++, rest, randomRow * factor / Math.Sqrt(spread));
            }
        }

        return result;
    }

    /// <summary>One direction for every label but the last, of any length and angle.</summary>
    private static IEnumerable<float[]> LabelDirections(float[][] centred, int[] labels, float[][] principal)
    {
        var count = principal.Length;
        if (count == 0)
        {
            yield break;
        }

        var reduced = centred
            .Select(row => principal.Select(direction => (double)TensorPrimitives.Dot<float>(row, direction)).ToArray())
            .ToArray();
        var classes = labels.Max() + 1;
        var means = Enumerable.Range(0, classes).Select(label => ClassMean(reduced, labels, label, count)).ToArray();
        var scatter = new double[count, count];
        for (var n = 0; n < reduced.Length; n++)
        {
            for (var i = 0; i < count; i++)
            {
                for (var j = 0; j < count; j++)
                {
                    scatter[i, j] += (reduced[n][i] - means[labels[n]][i]) * (reduced[n][j] - means[labels[n]][j]) / reduced.Length;
                }
            }
        }

        var trace = Enumerable.Range(0, count).Sum(i => scatter[i, i]);
        if (!(trace > 0))
        {
            yield break;
        }

        for (var i = 0; i < count; i++)
        {
            scatter[i, i] += Ridge * trace / count;
        }

        for (var label = 0; label < classes - 1; label++)
        {
            var weights = PositiveDefinite.Solve(scatter, means[label]);
            var direction = new float[centred[0].Length];
            for (var i = 0; i < count; i++)
            {
                TensorPrimitives.MultiplyAdd(principal[i], (float)weights[i], direction, direction);
            }

            yield return direction;
        }
    }

    private static double[] ClassMean(double[][] rows, int[] labels, int label, int width)
    {
        var mean = new double[width];
        var count = labels.Count(value => value == label);
        for (var n = 0; n < rows.Length; n++)
        {
            for (var i = 0; i < width && labels[n] == label; i++)
            {
                mean[i] += rows[n][i] / count;
            }
        }

        return mean;
    }

    private static float[] Mean(float[][] rows)
    {
        var mean = new float[rows[0].Length];
        foreach (var row in rows)
        {
            TensorPrimitives.MultiplyAdd(row, 1f / rows.Length, mean, mean);
        }

        return mean;
    }

    /// <summary>Rows without their mean, and without what they have along it: the common part is row 0's alone.</summary>
    private static float[][] Centre(float[][] rows, float[] mean, float meanLength) =>
        [
            .. rows.Select(row =>
            {
                var centred = new float[row.Length];
                TensorPrimitives.Subtract(row, mean, centred);
                if (meanLength > 0)
                {
                    TensorPrimitives.MultiplyAdd(
                        mean,
                        -TensorPrimitives.Dot<float>(centred, mean) / (meanLength * meanLength),
                        centred,
                        centred
                    );
                }

                return centred;
            }),
        ];

    /// <summary>A direction without what it has along others, of length 1; null when nothing is left.</summary>
    private static float[]? Without(float[] direction, List<float[]> others)
    {
        float[] rest = [.. direction];
        var length = TensorPrimitives.Norm<float>(rest);
        foreach (var other in others)
        {
            TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<float>(rest, other), rest, rest);
        }

        var left = TensorPrimitives.Norm<float>(rest);
        if (!(left > 1e-4f * length))
        {
            return null;
        }

        TensorPrimitives.Divide(rest, left, rest);
        return rest;
    }

    private static void Put(float[] a, int row, float[] direction, double factor) =>
        TensorPrimitives.Multiply(direction, (float)factor, a.AsSpan(row * direction.Length, direction.Length));
}
