using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of what enters a head of a few candidates: (dy [R, K], candidate ids [R, K]) -> [R, H], the rows of the head that were
/// asked for, weighted by dy.
/// </summary>
/// <param name="Head">Head matrix [V, H].</param>
public sealed record CandidateLogitsGradient(Weight Head) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Head];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 2 }] && inputs[0].Shape == inputs[1].Shape,
            "dy and candidate ids [R, K]",
            inputs
        );
        return [new Shape(inputs[0].Shape[0], Head.Shape[1])];
    }
}
