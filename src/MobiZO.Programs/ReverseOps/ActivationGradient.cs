using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>The gradient of what enters the function of a plain MLP: (dy, x) [M, F] -> [M, F], dy * f'(x).</summary>
/// <param name="Kind">The function f.</param>
public sealed record ActivationGradient(ActivationKind Kind) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }] && inputs[0].Shape == inputs[1].Shape, "dy and x of one shape", inputs);
        return [inputs[1].Shape];
    }
}
