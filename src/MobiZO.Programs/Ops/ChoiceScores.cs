using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Lays scores of choices out: (scores [D*K] flat, labels [D]) -> [D, K].</summary>
public sealed record ChoiceScores() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 1 }, { Type: ElementType.Int64, Shape.Rank: 1 }], "scores [D*K], labels [D]", inputs);
        var (scores, decisions) = (inputs[0].Shape[0], inputs[1].Shape[0]);
        Dimension choices = scores.IsConstant && decisions.IsConstant ? (int)(scores.Factor / decisions.Factor) : "K";
        return [new Shape(decisions, choices)];
    }
}
