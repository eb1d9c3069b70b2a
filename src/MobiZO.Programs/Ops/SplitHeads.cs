using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Keys or values as engines cache them: (x [N*S, heads * head_dim], positions [N, S] for the extents only) -> [N, heads, S, head_dim].
/// </summary>
/// <param name="Heads">Key/value heads.</param>
public sealed record SplitHeads(int Heads) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 2 }, { Shape.Rank: 2 }]
                && inputs[0].Shape[0] == inputs[1].Shape.Size
                && inputs[0].Shape[1].Factor % Heads == 0,
            $"x [N*S, {Heads} * head_dim], positions [N, S]",
            inputs
        );
        return [new Shape(inputs[1].Shape[0], Heads, inputs[1].Shape[1], (int)(inputs[0].Shape[1].Factor / Heads))];
    }
}
