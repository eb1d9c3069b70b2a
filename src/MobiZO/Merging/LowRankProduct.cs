using MobiZO.Adapters;

namespace MobiZO.Merging;

/// <summary>What an adapter adds to the matrix of one module: scale * B A [out, in].</summary>
/// <param name="module">The pair.</param>
/// <param name="b">B [out, r], in the order of rows of the matrix that is changed.</param>
/// <param name="scale">The factor.</param>
internal sealed class LowRankProduct(LoraModule module, float[] b, double scale)
{
    /// <summary>Columns of the matrix.</summary>
    public int Columns => module.InputSize;

    /// <summary>Rows of the matrix.</summary>
    public int Rows => module.OutputSize;

    /// <summary>Adds rows of it to rows of the matrix [count, in]; sums are taken in fp64 and rounded once.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Whole rows of the matrix.</param>
    public void AddTo(int firstRow, float[] rows)
    {
        var (rank, columns) = (module.Rank, module.InputSize);
        Parallel.For(
            0,
            rows.Length / columns,
            row =>
            {
                var sums = new double[columns];
                for (var k = 0; k < rank; k++)
                {
                    var factor = scale * b[((firstRow + row) * rank) + k];
                    for (var column = 0; column < columns; column++)
                    {
                        sums[column] += factor * module.A[(k * columns) + column];
                    }
                }

                for (var column = 0; column < columns; column++)
                {
                    rows[(row * columns) + column] = (float)(rows[(row * columns) + column] + sums[column]);
                }
            }
        );
    }
}
