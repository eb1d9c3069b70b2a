using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Weighted sums of one value an answer position: (x [R, 1], weights [D, R]) -> [D], sum over R of weights * x * factor.</summary>
/// <param name="Factor">-1 turns log-probabilities into losses.</param>
public sealed record WeightedRows(double Factor) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }] && inputs[0].Shape[1] == 1 && inputs[1].Shape[1] == inputs[0].Shape[0],
            "x [R, 1], weights [D, R]",
            inputs
        );
        return [new Shape(inputs[1].Shape[0])];
    }
}
