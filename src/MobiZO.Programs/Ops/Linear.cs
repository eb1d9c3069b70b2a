using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Frozen linear layer: [M, in] -> [M, out], x W^T + bias.</summary>
/// <param name="Matrix">W [out, in].</param>
/// <param name="Bias">Bias [out] or none.</param>
public sealed record Linear(Weight Matrix, Weight? Bias) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => Bias is null ? [Matrix] : [Matrix, Bias];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1] == Matrix.Shape[1], $"[M, {Matrix.Shape[1]}]", inputs);
        return [new Shape(inputs[0].Shape[0], Matrix.Shape[0])];
    }
}
