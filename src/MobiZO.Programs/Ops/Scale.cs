using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Multiplies a value by a number.</summary>
/// <param name="Factor">The number.</param>
public sealed record Scale(double Factor) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [_], "one value", inputs);
        return [inputs[0].Shape];
    }
}
