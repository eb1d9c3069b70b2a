using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradients of what enters causal attention: (dy [N*S, heads * d], then the inputs of the attention) -> of q, k and v. With w the
/// weights of a query and dw = dy v: dv = w dy, scores get w * (dw - sum(w * dw)), through the cap where there is one.
/// </summary>
/// <param name="Attention">The attention.</param>
public sealed record CausalAttentionGradient(CausalAttention Attention) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs.Count > 1 && Attention.InferShapes([.. inputs.Skip(1)])[0] == inputs[0].Shape, "dy of the attended shape", inputs);
        return [inputs[1].Shape, inputs[2].Shape, inputs[3].Shape];
    }
}
