using System.Numerics.Tensors;

namespace MobiZO.Probing;

/// <summary>A linear classifier: one vector of weights and one bias a class.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Weights">[classes, width].</param>
/// <param name="Biases">[classes].</param>
internal sealed record LinearProbe(int Classes, float[] Weights, float[] Biases)
{
    /// <summary>Log-probabilities [classes] of a row [width].</summary>
    public double[] LogProbabilities(float[] row)
    {
        double[] logits =
        [
            .. Enumerable
                .Range(0, Classes)
                .Select(c => (double)TensorPrimitives.Dot<float>(row, Weights.AsSpan(c * row.Length, row.Length)) + Biases[c]),
        ];
        var largest = logits.Max();
        var total = largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
        return [.. logits.Select(logit => logit - total)];
    }

    /// <summary>The same classifier for rows that are not standardised.</summary>
    public LinearProbe ForPlainRows(FeatureScale scale)
    {
        var width = Weights.Length / Classes;
        var (weights, biases) = (new float[Weights.Length], new float[Classes]);
        for (var c = 0; c < Classes; c++)
        {
            var slice = weights.AsSpan(c * width, width);
            TensorPrimitives.Multiply(Weights.AsSpan(c * width, width), scale.Factors, slice);
            biases[c] = Biases[c] - TensorPrimitives.Dot<float>(slice, scale.Means);
        }

        return new LinearProbe(Classes, weights, biases);
    }
}
