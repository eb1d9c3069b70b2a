using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// Puts queries, keys and values back in groups: ([M, heads * d], [M, kv_heads * d], [M, kv_heads * d]) -> [M, kv_heads * (heads / kv_heads
/// + 2) * d]. Undoes <see cref="Ops.SplitGroups"/>.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record JoinGroups(int Heads, int KeyValueHeads, int HeadDimension) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        var (queries, keys) = (Heads * HeadDimension, KeyValueHeads * HeadDimension);
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }]
                && inputs[0].Shape[1] == queries
                && inputs[1].Shape[1] == keys
                && inputs[1].Shape == inputs[2].Shape
                && inputs[0].Shape[0] == inputs[1].Shape[0],
            $"queries [M, {queries}], keys and values [M, {keys}]",
            inputs
        );
        return [new Shape(inputs[0].Shape[0], queries + (2 * keys))];
    }
}
