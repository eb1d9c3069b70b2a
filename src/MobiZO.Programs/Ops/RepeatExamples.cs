using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Repeats frozen hidden states for the copies that share them: (hidden [X, S, H], ids [N, S] for N only) -> [N*S, H], row n is example n
/// mod X.
/// </summary>
public sealed record RepeatExamples() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 3 }, { Shape.Rank: 2 }] && inputs[0].Shape[1] == inputs[1].Shape[1],
            "hidden [X, S, H], positions [N, S]",
            inputs
        );
        return [new Shape(inputs[1].Shape.Size, inputs[0].Shape[2])];
    }
}
