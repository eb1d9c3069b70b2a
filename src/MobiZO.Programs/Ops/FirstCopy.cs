using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// What belongs to the first of P copies: (x, copies [P] for the extent only) -> along each of some axes the first extent / P, rounded
/// down. Elements as of x. Answers that are padding stand behind those of all copies, so a share may hold some of the next copy.
/// </summary>
/// <param name="Axes">Axes of x on which the copies lie one behind the other.</param>
public sealed record FirstCopy(IReadOnlyList<int> Axes) : Operation
{
    /// <inheritdoc/>
    public override ElementType ResultType(IReadOnlyList<Value> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [_, { Shape.Rank: 1 }] && Axes.Count > 0 && Axes.All(axis => axis >= 0 && axis < inputs[0].Shape.Rank),
            $"a value with axes {string.Join(" and ", Axes)}, copies [P]",
            inputs
        );
        var copies = inputs[1].Shape[0];
        return [new Shape([.. inputs[0].Shape.Dimensions.Select((extent, axis) => Axes.Contains(axis) ? extent / copies : extent)])];
    }
}
