using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Root-mean-square norm of every run of H values of a row: [M, k * H] -> same shape, x / sqrt(mean(x^2) + epsilon) * scale. With k above 1
/// each head
/// is normed by itself.
/// </summary>
/// <param name="Scale">Scale [H].</param>
/// <param name="Epsilon">Added to the mean square.</param>
public sealed record RmsNorm(Weight Scale, double Epsilon) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1].IsConstant && inputs[0].Shape[1].Factor % Scale.Shape[0] == 0,
            $"[M, {Scale.Shape[0]}] or k runs of it",
            inputs
        );
        return [inputs[0].Shape];
    }
}
