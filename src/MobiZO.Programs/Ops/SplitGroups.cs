using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Cuts a fused projection whose columns are, for every key/value head, its query heads, its keys and its values:
/// [M, kv_heads * (heads / kv_heads + 2) * d] -> queries [M, heads * d], keys and values [M, kv_heads * d].
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record SplitGroups(int Heads, int KeyValueHeads, int HeadDimension) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        var width = (Heads + (2 * KeyValueHeads)) * HeadDimension;
        Expect(inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1] == width, $"[M, {width}]", inputs);
        var rows = inputs[0].Shape[0];
        var keys = new Shape(rows, KeyValueHeads * HeadDimension);
        return [new Shape(rows, Heads * HeadDimension), keys, keys];
    }
}
