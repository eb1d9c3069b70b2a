using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// The stack of perturbed copies: (b [n], noise [q, n], query of each copy [P], coefficient [P]) -> [P, n], b + coefficient * noise[query].
/// </summary>
public sealed record PerturbStack() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 1 }, { Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }, { Shape.Rank: 1 }]
                && inputs[0].Shape[0] == inputs[1].Shape[1]
                && inputs[2].Shape == inputs[3].Shape,
            "b [n], noise [q, n], query indices [P], coefficients [P]",
            inputs
        );
        return [new Shape(inputs[3].Shape[0], inputs[0].Shape[0])];
    }
}
