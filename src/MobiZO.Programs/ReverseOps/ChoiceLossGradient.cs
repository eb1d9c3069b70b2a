using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>
/// The gradient of the scores of choices: (dy [P], scores [D, K], labels [D]) -> [D, K], (softmax(scores) less 1 at the label) * dy of the
/// copy / decisions of a copy.
/// </summary>
public sealed record ChoiceLossGradient() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 1 }, { Shape.Rank: 2 }, { Type: ElementType.Int64, Shape.Rank: 1 }]
                && inputs[1].Shape[0] == inputs[2].Shape[0],
            "dy [P], scores [D, K], labels [D]",
            inputs
        );
        return [inputs[1].Shape];
    }
}
