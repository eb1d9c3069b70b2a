using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Rotates pairs (i, i + head_dim / 2) of every head: (x [M, heads * head_dim], cos, sin [M, head_dim / 2]) -> same shape as x.</summary>
/// <param name="HeadDimension">Width of one head.</param>
public sealed record Rotary(int HeadDimension) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }], "x [M, heads * head_dim], cos and sin [M, head_dim / 2]", inputs);
        var (x, cosine, sine) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        Expect(x[0] == cosine[0] && cosine == sine && cosine[1] == HeadDimension / 2 && x[1].IsConstant && x[1].Factor % HeadDimension == 0,
            $"x [M, heads * {HeadDimension}], cos and sin [M, {HeadDimension / 2}]", inputs);
        return [x];
    }
}
