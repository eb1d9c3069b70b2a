using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>A matrix of zeros: nothing -> [rows, columns].</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
public sealed record Zeros(int Rows, int Columns) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [], "no inputs", inputs);
        return [new Shape(Rows, Columns)];
    }
}
