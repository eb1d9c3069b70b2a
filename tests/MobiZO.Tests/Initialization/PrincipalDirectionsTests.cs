using System.Numerics.Tensors;
using MobiZO.Initialization;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Initialization;

public class PrincipalDirectionsTests
{
    [Fact]
    public void FindsTheAxesOfDifferentSpreadInOrder()
    {
        // Column c of 40 has standard deviation 1, but for three.
        var random = new PlainRandom(5);
        var rows = Enumerable
            .Range(0, 500)
            .Select(_ =>
            {
                var row = random.Normals(40, 1);
                (row[7], row[31], row[2]) = (row[7] * 20, row[31] * 12, row[2] * 7);
                return row;
            })
            .ToArray();

        var directions = PrincipalDirections.Of(rows, 3);

        foreach (var (direction, axis) in directions.Zip([7, 31, 2]))
        {
            Assert.True(Math.Abs(direction[axis]) > 0.98, $"axis {axis}: {direction[axis]}");
        }
    }

    [Fact]
    public void DirectionsAreOrthonormal()
    {
        var random = new PlainRandom(6);
        var directions = PrincipalDirections.Of([.. Enumerable.Range(0, 30).Select(_ => random.Normals(50, 1))], 12);

        Assert.Equal(12, directions.Length);
        for (var i = 0; i < 12; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                Assert.Equal(i == j ? 1 : 0, TensorPrimitives.Dot<float>(directions[i], directions[j]), 1e-5);
            }
        }
    }

    [Fact]
    public void RowsThatSpanLessGiveFewerDirections()
    {
        var random = new PlainRandom(7);
        var (first, second) = (random.Normals(20, 1), random.Normals(20, 1));
        float[][] rows = [.. Enumerable.Range(1, 10).Select(k => first.Zip(second, (a, b) => (a * k) + (b * (5 - k))).ToArray())];

        Assert.Equal(2, PrincipalDirections.Of(rows, 6).Length);
        Assert.Empty(PrincipalDirections.Of([.. Enumerable.Range(0, 10).Select(_ => new float[20])], 6));
    }
}
