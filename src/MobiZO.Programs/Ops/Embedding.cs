using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Rows of the embedding: ids [N, S] -> [N*S, H].</summary>
/// <param name="Table">Embedding matrix [V, H].</param>
public sealed record Embedding(Weight Table) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Table];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Type: ElementType.Int64, Shape.Rank: 2 }], "ids [N, S]", inputs);
        return [new Shape(inputs[0].Shape.Size, Table.Shape[1])];
    }
}
