using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of the input of a frozen linear layer: dy [M, out] -> [M, in], dy W. Engines read W where the layer itself reads it and
/// keep no second copy.
/// </summary>
/// <param name="Matrix">W [out, in].</param>
public sealed record LinearTransposed(Weight Matrix) : Operation
{
    /// <inheritdoc/>
    public override IEnumerable<Weight> Weights => [Matrix];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1] == Matrix.Shape[0], $"[M, {Matrix.Shape[0]}]", inputs);
        return [new Shape(inputs[0].Shape[0], Matrix.Shape[1])];
    }
}
