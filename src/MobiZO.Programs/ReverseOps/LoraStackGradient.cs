using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of the B of every copy: (dy [M, out], x [M, in], A [r, in], stack [P, out, r] for the extents only) -> [P, out, r], scale *
/// dy^T (x A^T) over the rows of copy p.
/// </summary>
/// <param name="Scale">alpha / r.</param>
public sealed record LoraStackGradient(double Scale) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 3 }]
                && inputs[0].Shape[0] == inputs[1].Shape[0]
                && inputs[1].Shape[1] == inputs[2].Shape[1]
                && inputs[3].Shape[1] == inputs[0].Shape[1]
                && inputs[3].Shape[2] == inputs[2].Shape[0],
            "dy [M, out], x [M, in], A [r, in], stack [P, out, r]",
            inputs
        );
        return [inputs[3].Shape];
    }
}
