using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Grouped attention of rows that hold several ways on from the same tokens: (q [N*S, heads * d], k, v [N*S, kv_heads * d], positions
/// [N, S] for the extents only, seen [N, S, S], and, where prompts are cached, past keys and values [N, kv_heads, T, d] and past lengths
/// [N]) -> [N*S, heads * d]. What a new token sees of the new tokens is what has 0 in its row of seen; the rest has a large negative
/// number. Of cached tokens it sees those below the length. A window is not known.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record TreeAttention(int Heads, int KeyValueHeads, int HeadDimension)
    : AttentionOperation(Heads, KeyValueHeads, HeadDimension)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs.Count is 5 or 8 && inputs[3].Shape.Rank == 2 && inputs[4] is { Type: ElementType.Float32, Shape.Rank: 3 },
            "q, k, v, positions, seen, and past keys, past values, past lengths where prompts are cached",
            inputs
        );
        Expect(
            inputs[0].Shape[1] == Heads * HeadDimension
                && inputs[1].Shape[1] == KeyValueHeads * HeadDimension
                && inputs[1].Shape == inputs[2].Shape
                && inputs[0].Shape[0] == inputs[3].Shape.Size
                && inputs[4].Shape[0] == inputs[3].Shape[0]
                && inputs[4].Shape[1] == inputs[3].Shape[1]
                && inputs[4].Shape[2] == inputs[3].Shape[1],
            $"q [N*S, {Heads * HeadDimension}], k and v [N*S, {KeyValueHeads * HeadDimension}], positions [N, S], seen [N, S, S]",
            inputs
        );
        Expect(
            inputs.Count == 5
                || (
                    inputs[5].Shape.Rank == 4
                    && inputs[5].Shape == inputs[6].Shape
                    && inputs[5].Shape[1] == KeyValueHeads
                    && inputs[5].Shape[3] == HeadDimension
                    && inputs[7] is { Type: ElementType.Int64, Shape.Rank: 1 }
                    && inputs[7].Shape[0] == inputs[5].Shape[0]
                ),
            $"past keys and values [N, {KeyValueHeads}, T, {HeadDimension}], past lengths [N]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
