using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of what enters an adapter: (dy [M, out], A [r, in], stack [P, out, r]) -> [M, in], scale * (dy B_p) A for the rows of every
/// copy p.
/// </summary>
/// <param name="Scale">alpha / r.</param>
public sealed record LoraInputGradient(double Scale) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 3 }]
                && inputs[0].Shape[1] == inputs[2].Shape[1]
                && inputs[1].Shape[0] == inputs[2].Shape[2],
            "dy [M, out], A [r, in], stack [P, out, r]",
            inputs
        );
        return [new Shape(inputs[0].Shape[0], inputs[1].Shape[1])];
    }
}
