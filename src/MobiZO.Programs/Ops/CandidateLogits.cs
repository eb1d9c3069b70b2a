using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Logits of a few candidates only: (x [R, H], candidate ids [R, K]) -> [R, K], the rows of the head that are asked for.</summary>
/// <param name="Head">Head matrix [V, H].</param>
/// <param name="Bias">Bias of the head [V] or none.</param>
public sealed record CandidateLogits(Weight Head, Weight? Bias = null) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => Bias is null ? [Head] : [Head, Bias];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 2 }]
                && inputs[0].Shape[0] == inputs[1].Shape[0]
                && inputs[0].Shape[1] == Head.Shape[1],
            $"x [R, {Head.Shape[1]}], candidate ids [R, K]",
            inputs
        );
        return [inputs[1].Shape];
    }
}
