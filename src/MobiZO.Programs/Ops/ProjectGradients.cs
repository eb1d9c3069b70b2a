using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Projected gradients from the losses of all copies: (losses [P], epsilon [1]) -> [q].</summary>
/// <param name="Estimator">How the copies are laid out and scaled.</param>
/// <param name="Queries">q.</param>
public sealed record ProjectGradients(EstimatorKind Estimator, int Queries) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 1 }, { Shape.Rank: 1 }] && inputs[1].Shape[0] == 1, "losses [P], epsilon [1]", inputs);
        return Estimator is EstimatorKind.TwoSided or EstimatorKind.OneSidedNormalized
            ? [new Shape(Queries)]
            : throw new ProgramException($"The estimator {Estimator} has no projected gradients of copies alone; the host updates.");
    }
}
