using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Grouped causal attention as hosts of ONNX decoders ask for it: (q [N*S, heads * d], keys and values [N, kv_heads, total, d] with those
/// of the S new tokens at the end, positions [N, S] for the extents only, mask [N, total]) -> [N*S, heads * d]. A query sees the places up
/// to its own whose mask is not 0. A window counts those places alone, so that padding anywhere in a row changes nothing.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record MaskedAttention(int Heads, int KeyValueHeads, int HeadDimension)
    : AttentionOperation(Heads, KeyValueHeads, HeadDimension)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs.Count == 5
                && inputs[1].Shape.Rank == 4
                && inputs[1].Shape == inputs[2].Shape
                && inputs[4] is { Type: ElementType.Int64, Shape.Rank: 2 },
            "q, keys, values, positions, mask",
            inputs
        );
        Expect(
            inputs[0].Shape[1] == Heads * HeadDimension
                && inputs[0].Shape[0] == inputs[3].Shape.Size
                && inputs[1].Shape[1] == KeyValueHeads
                && inputs[1].Shape[3] == HeadDimension
                && inputs[4].Shape[0] == inputs[1].Shape[0]
                && inputs[4].Shape[1] == inputs[1].Shape[2],
            $"q [N*S, {Heads * HeadDimension}], keys and values [N, {KeyValueHeads}, total, {HeadDimension}], mask [N, total]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
