using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>The gradient of what was capped, from the capped value y: (dy, y) -> dy * (1 - (y / cap)^2).</summary>
/// <param name="Cap">The bound.</param>
public sealed record SoftCapGradient(double Cap) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [_, _] && inputs[0].Shape == inputs[1].Shape, "dy and y of one shape", inputs);
        return [inputs[1].Shape];
    }
}
