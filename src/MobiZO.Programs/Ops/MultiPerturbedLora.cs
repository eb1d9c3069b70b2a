using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// MP-LoRA: adds the low-rank term of every copy. (y [M, out], x [M, in], A [r, in], stack [P, out, r]) -> [M, out]; the M rows are P equal
/// runs, copy 0 first: y + scale * (x A^T) B_p^T.
/// </summary>
/// <param name="Scale">alpha / r.</param>
public sealed record MultiPerturbedLora(double Scale) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 3 }],
            "y [M, out], x [M, in], A [r, in], stack [P, out, r]",
            inputs
        );
        var (y, x, a, stack) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape, inputs[3].Shape);
        Expect(
            y[0] == x[0] && x[1] == a[1] && stack[1] == y[1] && stack[2] == a[0],
            "y [M, out], x [M, in], A [r, in], stack [P, out, r] that agree",
            inputs
        );
        return [y];
    }
}
