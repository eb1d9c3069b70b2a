using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradients of both inputs of a gated MLP: (dy, gate, up) [M, F] -> of the gate dy * up * f'(gate), of the other dy * f(gate).
/// </summary>
/// <param name="Kind">The activation f.</param>
public sealed record GatedActivationGradient(ActivationKind Kind) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, _, _] && inputs[0].Shape == inputs[1].Shape && inputs[1].Shape == inputs[2].Shape,
            "dy, gate and up of one shape",
            inputs
        );
        return [inputs[1].Shape, inputs[2].Shape];
    }
}
