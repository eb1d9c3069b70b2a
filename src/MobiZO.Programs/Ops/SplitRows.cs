using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Gives rows back their own axis: (x [N*S, H], positions [N, S] for the extents only) -> [N, S, H].</summary>
public sealed record SplitRows() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }] && inputs[0].Shape[0] == inputs[1].Shape.Size,
            "x [N*S, H], positions [N, S]",
            inputs
        );
        return [new Shape(inputs[1].Shape[0], inputs[1].Shape[1], inputs[0].Shape[1])];
    }
}
