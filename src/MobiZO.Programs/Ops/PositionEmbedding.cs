using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Learned positions: positions [N, S] -> [N*S, H], row position + offset of the table. Padding may stand beyond the last position; it gets
/// the last row.
/// </summary>
/// <param name="Table">One row a position [positions, H].</param>
/// <param name="Offset">The row of position 0.</param>
public sealed record PositionEmbedding(Weight Table, int Offset) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Table];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Type: ElementType.Int64, Shape.Rank: 2 }], "positions [N, S]", inputs);
        return [new Shape(inputs[0].Shape.Size, Table.Shape[1])];
    }
}
