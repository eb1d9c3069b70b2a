using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Grouped causal self-attention of right-padded rows: (q [N*S, heads * d], k, v [N*S, kv_heads * d], positions [N, S] for the extents
/// only)
/// -> [N*S, heads * d]. Padding stands right of every real token, so causality alone hides it.
/// </summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public sealed record CausalAttention(int Heads, int KeyValueHeads, int HeadDimension)
    : AttentionOperation(Heads, KeyValueHeads, HeadDimension)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }, { Shape.Rank: 2 }], "q, k, v, positions", inputs);
        Expect(
            inputs[0].Shape[1] == Heads * HeadDimension
                && inputs[1].Shape[1] == KeyValueHeads * HeadDimension
                && inputs[1].Shape == inputs[2].Shape
                && inputs[0].Shape[0] == inputs[3].Shape.Size,
            $"q [N*S, {Heads * HeadDimension}], k and v [N*S, {KeyValueHeads * HeadDimension}], positions [N, S]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
