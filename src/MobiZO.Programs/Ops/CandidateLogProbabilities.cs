using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Log-probabilities of candidates over the whole vocabulary: (logits [R, V], candidate ids [R, K]) -> [R, K], logits - logsumexp.
/// </summary>
public sealed record CandidateLogProbabilities() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 2 }] && inputs[0].Shape[0] == inputs[1].Shape[0],
            "logits [R, V], candidate ids [R, K]",
            inputs
        );
        return [inputs[1].Shape];
    }
}
