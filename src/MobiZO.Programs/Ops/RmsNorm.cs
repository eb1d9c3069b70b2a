using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Root-mean-square norm over the last axis: [M, H] -> [M, H], x / sqrt(mean(x^2) + epsilon) * scale.</summary>
/// <param name="Scale">Scale [H].</param>
/// <param name="Epsilon">Added to the mean square.</param>
public sealed record RmsNorm(Weight Scale, double Epsilon) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1] == Scale.Shape[0], $"[M, {Scale.Shape[0]}]", inputs);
        return [inputs[0].Shape];
    }
}
