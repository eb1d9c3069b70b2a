using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// Puts rows where they were picked, zero elsewhere: (dy [R, H], rows [R], x [M, H] for the extents only) -> [M, H]. What was picked more
/// than once is added.
/// </summary>
public sealed record ScatterRows() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }, { Shape.Rank: 2 }]
                && inputs[0].Shape[0] == inputs[1].Shape[0]
                && inputs[0].Shape[1] == inputs[2].Shape[1],
            "dy [R, H], row indices [R], x [M, H]",
            inputs
        );
        return [inputs[2].Shape];
    }
}
