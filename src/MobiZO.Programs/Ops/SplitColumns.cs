using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Cuts a fused projection by columns: [M, sum of widths] -> one [M, width] each, in order.</summary>
/// <param name="Widths">Columns of the parts.</param>
public sealed record SplitColumns(IReadOnlyList<int> Widths) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }] && inputs[0].Shape[1] == Widths.Sum(), $"[M, {Widths.Sum()}]", inputs);
        return [.. Widths.Select(width => new Shape(inputs[0].Shape[0], width))];
    }
}
