using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// What some rows of one copy give the gradient of its B: (dy [R, out], x [M, in], A [r, in], rows of x [R]) -> [out, r], scale * dy^T
/// (x A^T) over these rows. Engines read x A^T where the adapter itself computes it.
/// </summary>
/// <param name="Scale">alpha / r.</param>
public sealed record LoraRows(double Scale) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }]
                && inputs[0].Shape[0] == inputs[3].Shape[0]
                && inputs[1].Shape[1] == inputs[2].Shape[1],
            "dy [R, out], x [M, in], A [r, in], row indices [R]",
            inputs
        );
        return [new Shape(inputs[0].Shape[1], inputs[2].Shape[0])];
    }
}
