using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// Cross-entropy over choices, mean over the decisions of each copy: (scores [D, K], labels [D], copies [P]) -> [P]; decisions of copy 0
/// come first. The third input only tells P; without it there is one copy.
/// </summary>
public sealed record ChoiceLoss() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs
                is [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }, { Shape.Rank: 1 }]
                    or [{ Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }]
                && inputs[0].Shape[0] == inputs[1].Shape[0],
            "scores [D, K], labels [D], copies [P]",
            inputs
        );
        return [inputs.Count == 3 ? inputs[2].Shape : new Shape(1)];
    }
}
