using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// ZO-SGD: (b [n], noise [q, n], projected gradients [q], learning rate [1]) -> [n], b - (rate / q) * sum of g_i z_i, added in the order of
/// i so that every machine gets the same bits.
/// </summary>
/// <param name="Queries">q.</param>
public sealed record UpdateState(int Queries) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(
            inputs is [{ Shape.Rank: 1 }, { Shape.Rank: 2 }, { Shape.Rank: 1 }, { Shape.Rank: 1 }]
                && inputs[0].Shape[0] == inputs[1].Shape[1]
                && inputs[1].Shape[0] == Queries
                && inputs[2].Shape[0] == Queries
                && inputs[3].Shape[0] == 1,
            $"b [n], noise [{Queries}, n], gradients [{Queries}], rate [1]",
            inputs
        );
        return [inputs[0].Shape];
    }
}
