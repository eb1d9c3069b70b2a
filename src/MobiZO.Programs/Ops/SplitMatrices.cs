using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Cuts flat state into matrices: [P, n] -> one [P, rows, columns] each, in order; with no leading axis (input [n]) one [rows, columns]
/// each.
/// </summary>
/// <param name="Matrices">Extents of the matrices, in the order they lie in the state.</param>
public sealed record SplitMatrices(IReadOnlyList<(int Rows, int Columns)> Matrices) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        var total = Matrices.Sum(matrix => matrix.Rows * matrix.Columns);
        Expect(
            inputs is [{ Shape.Rank: 1 or 2 }] && inputs[0].Shape[inputs[0].Shape.Rank - 1] == total,
            $"flat state whose last axis is {total}",
            inputs
        );
        return inputs[0].Shape.Rank == 1
            ? [.. Matrices.Select(matrix => new Shape(matrix.Rows, matrix.Columns))]
            : [.. Matrices.Select(matrix => new Shape(inputs[0].Shape[0], matrix.Rows, matrix.Columns))];
    }
}
