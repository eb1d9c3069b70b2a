using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Grouped causal attention of a few new tokens a row over cached keys and values that all copies of an example share: (q [N*S, heads * d],
/// k, v
/// [N*S, kv_heads * d], positions [N, S] for the extents only, past keys and values [X, kv_heads, T, d], past lengths [X]) -> [N*S, heads *
/// d]. Row n
/// belongs to example n mod X. Cached tokens at and beyond the length of their example are not seen; the first new token stands at that
/// length.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record CachedAttention(int Heads, int KeyValueHeads, int HeadDimension)
    : AttentionOperation(Heads, KeyValueHeads, HeadDimension)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs.Count == 7
                && inputs[4].Shape.Rank == 4
                && inputs[4].Shape == inputs[5].Shape
                && inputs[6] is { Type: ElementType.Int64, Shape.Rank: 1 },
            "q, k, v, positions, past keys, past values, past lengths",
            inputs
        );
        Expect(
            inputs[0].Shape[1] == Heads * HeadDimension
                && inputs[1].Shape[1] == KeyValueHeads * HeadDimension
                && inputs[1].Shape == inputs[2].Shape
                && inputs[0].Shape[0] == inputs[3].Shape.Size,
            $"q [N*S, {Heads * HeadDimension}], k and v [N*S, {KeyValueHeads * HeadDimension}], positions [N, S]",
            inputs
        );
        Expect(
            inputs[4].Shape[1] == KeyValueHeads && inputs[4].Shape[3] == HeadDimension && inputs[6].Shape[0] == inputs[4].Shape[0],
            $"past keys and values [X, {KeyValueHeads}, T, {HeadDimension}], past lengths [X]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
