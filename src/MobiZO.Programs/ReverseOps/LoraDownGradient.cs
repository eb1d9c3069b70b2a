using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of the A that all copies share: (dy [M, out], x [M, in], stack [P, out, r]) -> [r, in], scale * sum over the copies of
/// (dy B_p)^T x.
/// </summary>
/// <param name="Scale">alpha / r.</param>
public sealed record LoraDownGradient(double Scale) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 3 }]
                && inputs[0].Shape[0] == inputs[1].Shape[0]
                && inputs[2].Shape[1] == inputs[0].Shape[1],
            "dy [M, out], x [M, in], stack [P, out, r]",
            inputs
        );
        return [new Shape(inputs[2].Shape[2], inputs[1].Shape[1])];
    }
}
