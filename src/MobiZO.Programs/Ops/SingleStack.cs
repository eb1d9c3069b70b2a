using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>The unperturbed adapter as a stack of one copy: b [n] -> [1, n].</summary>
public sealed record SingleStack() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 1 }], "b [n]", inputs);
        return [new Shape(1, inputs[0].Shape[0])];
    }
}
