using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Residual add: two values of one shape.</summary>
public sealed record ResidualAdd() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [_, _] && inputs[0].Shape == inputs[1].Shape, "two values of one shape", inputs);
        return [inputs[0].Shape];
    }
}
