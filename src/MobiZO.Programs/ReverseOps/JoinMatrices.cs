using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// Lays matrices out as flat state: some [P, rows, columns] -> [P, n] in order; without leading axis some [rows, columns] -> [n]. Undoes
/// <see cref="Ops.SplitMatrices"/>.
/// </summary>
public sealed record JoinMatrices() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        var rank = inputs.Count == 0 ? 0 : inputs[0].Shape.Rank;
        Expect(
            rank is 2 or 3
                && inputs.All(matrix =>
                    matrix.Shape.Rank == rank
                    && (rank == 2 || matrix.Shape[0] == inputs[0].Shape[0])
                    && matrix.Shape[rank - 2].IsConstant
                    && matrix.Shape[rank - 1].IsConstant
                ),
            "matrices [P, rows, columns] or [rows, columns]",
            inputs
        );
        var count = (int)inputs.Sum(matrix => matrix.Shape[rank - 2].Factor * matrix.Shape[rank - 1].Factor);
        return [rank == 2 ? new Shape(count) : new Shape(inputs[0].Shape[0], count)];
    }
}
