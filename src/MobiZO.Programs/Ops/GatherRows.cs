using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Picks rows: (x [M, H], rows [R]) -> [R, H].</summary>
public sealed record GatherRows() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }], "x [M, H], row indices [R]", inputs);
        return [new Shape(inputs[1].Shape[0], inputs[0].Shape[1])];
    }
}
