using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Layer norm of every run of H values of a row: [M, k * H] -> same shape, (x - mean(x)) / sqrt(variance(x) + epsilon) * scale + bias.
/// </summary>
/// <param name="Scale">Scale [H].</param>
/// <param name="Bias">Bias [H] or none.</param>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record LayerNorm(Weight Scale, Weight? Bias, double Epsilon) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => Bias is null ? [Scale] : [Scale, Bias];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1].IsConstant && inputs[0].Shape[1].Factor % Scale.Shape[0] == 0,
            $"[M, k * {Scale.Shape[0]}]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
