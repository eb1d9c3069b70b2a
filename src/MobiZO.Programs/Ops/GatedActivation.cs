using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>SwiGLU: (gate, up) [M, F] -> [M, F], gate * sigmoid(gate) * up.</summary>
public sealed record GatedActivation() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }] && inputs[0].Shape == inputs[1].Shape, "gate and up of one shape", inputs);
        return [inputs[0].Shape];
    }
}
