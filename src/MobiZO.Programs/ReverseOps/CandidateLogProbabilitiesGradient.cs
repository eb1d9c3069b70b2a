using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of logits: (dy [R, K], logits [R, V], candidate ids [R, K]) -> [R, V], dy at the candidates less softmax(logits) * sum(dy).
/// </summary>
public sealed record CandidateLogProbabilitiesGradient() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 2 }]
                && inputs[0].Shape == inputs[2].Shape
                && inputs[0].Shape[0] == inputs[1].Shape[0],
            "dy [R, K], logits [R, V], candidate ids [R, K]",
            inputs
        );
        return [inputs[1].Shape];
    }
}
