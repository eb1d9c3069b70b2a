using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>The inside of a gated MLP (SwiGLU, GeGLU): (gate, up) [M, F] -> [M, F], activation(gate) * up.</summary>
/// <param name="Kind">The activation.</param>
public sealed record GatedActivation(ActivationKind Kind = ActivationKind.Silu) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }] && inputs[0].Shape == inputs[1].Shape, "gate and up of one shape", inputs);
        return [inputs[0].Shape];
    }
}
