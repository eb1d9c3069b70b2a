using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>The non-linear function of a plain MLP: [M, F] -> [M, F].</summary>
/// <param name="Kind">The function.</param>
public sealed record Activation(ActivationKind Kind) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }], "[M, F]", inputs);
        return [inputs[0].Shape];
    }
}
