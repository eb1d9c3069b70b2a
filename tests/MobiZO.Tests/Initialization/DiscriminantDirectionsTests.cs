using System.Numerics.Tensors;
using MobiZO.Initialization;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Initialization;

public class DiscriminantDirectionsTests
{
    private const int Width = 24;

    /// <summary>A common part on axis 0; noise on all axes, largest on axis 1; axes 2 and 3 tell three labels apart.</summary>
    private static (float[][] Rows, int[] Labels) Sample(int count)
    {
        var random = new PlainRandom(11);
        int[] labels = [.. Enumerable.Range(0, count).Select(n => n % 3)];
        float[][] rows =
        [
            .. labels.Select(label =>
            {
                var row = random.Normals(Width, 0.3);
                row[0] += 10;
                row[1] *= 10;
                row[2] += label == 0 ? 1 : -1;
                row[3] += label == 1 ? 1 : -1;
                return row;
            }),
        ];
        return (rows, labels);
    }

    [Fact]
    public void FirstRowReadsTheCommonPartAndTheNextOnesTellTheLabelsApart()
    {
        var (rows, labels) = Sample(240);

        var read = Read(rows, DiscriminantDirections.Of(rows, labels, 3), 3);

        // The common part: the same for every row, up to noise.
        Assert.True(Deviation(read.Select(row => row[0])) < 0.1 * Math.Abs(read.Average(row => row[0])));

        // Plain nearest class means in the two other numbers get nearly all rows right, although the noise on axis 1 is three times larger
        // than the difference.
        var means = Enumerable
            .Range(0, 3)
            .Select(label =>
                (
                    X: read.Where((_, n) => labels[n] == label).Average(row => row[1]),
                    Y: read.Where((_, n) => labels[n] == label).Average(row => row[2])
                )
            )
            .ToArray();
        var right = read.Where(
                (row, n) =>
                    labels[n]
                    == Enumerable.Range(0, 3).MinBy(label => Math.Pow(row[1] - means[label].X, 2) + Math.Pow(row[2] - means[label].Y, 2))
            )
            .Count();
        Assert.True(right > 225, $"{right} of 240");
    }

    [Fact]
    public void WhatRowsReadHasTheSizeOfARandomRowTimesItsFactor()
    {
        var (rows, labels) = Sample(240);
        var size = Math.Sqrt(rows.Average(row => (double)TensorPrimitives.SumOfSquares<float>(row)) / (3 * Width));

        var read = Read(rows, DiscriminantDirections.Of(rows, labels, 5), 5);

        Assert.Equal(Math.Sqrt(8) * size, Math.Abs(read.Average(row => row[0])), 0.01 * size);
        Assert.Equal(2 * size, Deviation(read.Select(row => row[1])), 0.02 * size);
        Assert.Equal(2 * size, Deviation(read.Select(row => row[2])), 0.02 * size);
        Assert.Equal(size, Deviation(read.Select(row => row[3])), 0.02 * size);
        Assert.Equal(size, Deviation(read.Select(row => row[4])), 0.02 * size);
    }

    [Fact]
    public void RowsThatAreAllTheSameHaveACommonPartOnly()
    {
        float[] same = [.. Enumerable.Range(0, Width).Select(column => column - 3f)];

        var a = DiscriminantDirections.Of([.. Enumerable.Range(0, 9).Select(_ => same)], [0, 1, 2, 0, 1, 2, 0, 1, 2], 3);

        Assert.All(a, value => Assert.True(float.IsFinite(value)));
        Assert.NotEqual(0, a[0]);
        Assert.All(a[Width..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void ZeroRowsGiveZeros() =>
        Assert.All(DiscriminantDirections.Of([new float[Width], new float[Width]], [0, 1], 2), value => Assert.Equal(0, value));

    [Fact]
    public void OneLabelAloneGivesTheCommonPartAndPrincipalDirections()
    {
        var (rows, _) = Sample(60);

        var read = Read(rows, DiscriminantDirections.Of(rows, new int[60], 2), 2);

        // The strongest direction is axis 1.
        Assert.True(Math.Abs(Correlation([.. read.Select(row => row[1])], [.. rows.Select(row => (double)row[1])])) > 0.98);
    }

    private static double[][] Read(float[][] rows, float[] a, int rank) =>
        [
            .. rows.Select(row =>
                Enumerable.Range(0, rank).Select(r => (double)TensorPrimitives.Dot<float>(row, a.AsSpan(r * Width, Width))).ToArray()
            ),
        ];

    private static double Deviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return Math.Sqrt(all.Average(value => Math.Pow(value - all.Average(), 2)));
    }

    private static double Correlation(double[] x, double[] y) =>
        (x.Zip(y, (a, b) => a * b).Average() - (x.Average() * y.Average())) / (Deviation(x) * Deviation(y));
}
