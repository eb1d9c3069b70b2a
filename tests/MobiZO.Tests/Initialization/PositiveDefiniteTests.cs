using MobiZO.Initialization;

namespace MobiZO.Tests.Initialization;

public class PositiveDefiniteTests
{
    [Fact]
    public void SolvesAndLeavesItsArguments()
    {
        double[,] matrix =
        {
            { 4, 2, -1 },
            { 2, 5, 3 },
            { -1, 3, 6 },
        };
        double[] right = [3, -1, 2];

        var x = PositiveDefinite.Solve(matrix, right);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(right[i], Enumerable.Range(0, 3).Sum(j => matrix[i, j] * x[j]), 12);
        }

        Assert.Equal([3, -1, 2], right);
        Assert.Equal(5, matrix[1, 1]);
    }

    [Fact]
    public void RefusesAnIndefiniteMatrix() =>
        Assert.Throws<ArithmeticException>(() =>
            PositiveDefinite.Solve(
                new double[,]
                {
                    { 1, 2 },
                    { 2, 1 },
                },
                [1, 1]
            )
        );
}
