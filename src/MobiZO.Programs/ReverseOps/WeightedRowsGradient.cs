using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>The gradient of what was summed: (dy [D], weights [D, R]) -> [R, 1], factor * weights^T dy.</summary>
/// <param name="Factor">The factor of the sums.</param>
public sealed record WeightedRowsGradient(double Factor) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 1 }, { Shape.Rank: 2 }] && inputs[0].Shape[0] == inputs[1].Shape[0],
            "dy [D], weights [D, R]",
            inputs
        );
        return [new Shape(inputs[1].Shape[1], 1)];
    }
}
