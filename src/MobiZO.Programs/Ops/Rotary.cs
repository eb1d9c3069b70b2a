using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Rotates pairs (i, i + p) of every head, i below p: (x [M, heads * head_dim], cos, sin [M, p]) -> same shape as x. Dimensions of a head
/// from 2 * p on
/// stay as they are.
/// </summary>
/// <param name="HeadDimension">Width of one head.</param>
public sealed record Rotary(int HeadDimension) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }],
            "x [M, heads * head_dim], cos and sin [M, pairs]",
            inputs
        );
        var (x, cosine, sine) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        Expect(
            x[0] == cosine[0]
                && cosine == sine
                && cosine[1].IsConstant
                && 2 * cosine[1].Factor <= HeadDimension
                && x[1].IsConstant
                && x[1].Factor % HeadDimension == 0,
            $"x [M, heads * {HeadDimension}], cos and sin [M, {HeadDimension / 2}] or fewer pairs",
            inputs
        );
        return [x];
    }
}
