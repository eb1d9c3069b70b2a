using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradients of what enters attention over cached prompts: (dy [N*S, heads * d], then the inputs of the attention) -> of q and of the
/// new k and v. Cached keys and values are constants: they share the softmax and get no gradient.
/// </summary>
/// <param name="Attention">The attention.</param>
public sealed record CachedAttentionGradient(CachedAttention Attention) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs.Count > 1 && Attention.InferShapes([.. inputs.Skip(1)])[0] == inputs[0].Shape, "dy of the attended shape", inputs);
        return [inputs[1].Shape, inputs[2].Shape, inputs[3].Shape];
    }
}
