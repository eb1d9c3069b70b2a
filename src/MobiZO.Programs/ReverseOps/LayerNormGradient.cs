using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of the input of a layer norm: (dy, x) [M, k * H] -> same shape. For every run of H values, with m the root of variance(x) +
/// epsilon, n = (x - mean(x)) / m and g = dy * scale: (g - mean(g) - n * mean(g * n)) / m.
/// </summary>
/// <param name="Scale">Scale [H].</param>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record LayerNormGradient(Weight Scale, double Epsilon) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }]
                && inputs[0].Shape == inputs[1].Shape
                && inputs[0].Shape[1].IsConstant
                && inputs[0].Shape[1].Factor % Scale.Shape[0] == 0,
            $"dy and x [M, k * {Scale.Shape[0]}]",
            inputs
        );
        return [inputs[1].Shape];
    }
}
