using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>Cosines and sines of rotary positions: positions [N, S] -> two of [N*S, rotated pairs].</summary>
/// <param name="InverseFrequencies">Angle per position of every rotated pair; scaling already applied.</param>
/// <param name="Factor">Factor of every cosine and sine.</param>
public sealed record RotaryAngles(IReadOnlyList<double> InverseFrequencies, double Factor = 1) : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [{ Type: ElementType.Int64, Shape.Rank: 2 }], "positions [N, S]", inputs);
        var shape = new Shape(inputs[0].Shape.Size, InverseFrequencies.Count);
        return [shape, shape];
    }
}
