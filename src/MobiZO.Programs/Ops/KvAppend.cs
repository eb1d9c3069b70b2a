using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Appends new keys or values behind cached ones: (past [N, heads, T, d], new [N, heads, S, d]) -> [N, heads, T+S, d].</summary>
public sealed record KvAppend() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 4 }, { Shape.Rank: 4 }]
                && inputs[0].Shape[1] == inputs[1].Shape[1]
                && inputs[0].Shape[3] == inputs[1].Shape[3],
            "past and new of one head count and width",
            inputs
        );
        var (past, added) = (inputs[0].Shape[2], inputs[1].Shape[2]);
        Dimension total = past.IsConstant && added.IsConstant ? (int)(past.Factor + added.Factor) : "total";
        return [new Shape(inputs[0].Shape[0], inputs[0].Shape[1], total, inputs[0].Shape[3])];
    }
}
