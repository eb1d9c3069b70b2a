using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>The gradient of a loss with respect to itself: nothing -> [1], the number 1.</summary>
public sealed record One() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [], "no inputs", inputs);
        return [new Shape(1)];
    }
}
