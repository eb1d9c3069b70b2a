using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>
/// The log-probability of the likeliest token of the whole vocabulary: logits [R, V] -> [R]. It is the number that
/// <see cref="CandidateLogProbabilities"/> gives of that token, to the bit.
/// </summary>
public sealed record LargestLogProbability() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Shape.Rank: 2 }], "logits [R, V]", inputs);
        return [new Shape(inputs[0].Shape[0])];
    }
}
