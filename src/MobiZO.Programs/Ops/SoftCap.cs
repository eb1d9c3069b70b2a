using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Keeps a value within a bound, smoothly: cap * tanh(x / cap).</summary>
/// <param name="Cap">The bound.</param>
public sealed record SoftCap(double Cap) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [_], "one value", inputs);
        return [inputs[0].Shape];
    }
}
