using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>Puts parts side by side: some [M, width] -> [M, sum of widths], in order. Undoes <see cref="Ops.SplitColumns"/>.</summary>
public sealed record JoinColumns() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, ..]
                && inputs.All(part => part.Shape.Rank == 2 && part.Shape[0] == inputs[0].Shape[0] && part.Shape[1].IsConstant),
            "parts [M, width]",
            inputs
        );
        return [new Shape(inputs[0].Shape[0], (int)inputs.Sum(part => part.Shape[1].Factor))];
    }
}
