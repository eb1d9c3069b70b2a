namespace MobiZO.Optimization;

/// <summary>
/// The update of the trained state from a gradient. Every operation is rounded once, in the order written, so that every machine gives
/// the same bits.
/// </summary>
internal static class GradientUpdate
{
    /// <summary>AdamW's share of the old mean of the gradient.</summary>
    public const float Beta1 = 0.9f;

    /// <summary>AdamW's share of the old mean of its square.</summary>
    public const float Beta2 = 0.999f;

    /// <summary>AdamW's summand of the denominator.</summary>
    public const float AdamEpsilon = 1e-8f;

    /// <summary>The factor that brings the norm of a gradient down to a bound; 1 where it is below, or the bound is 0 (off).</summary>
    /// <param name="gradient">The gradient [total]; its norm is summed in double, in order.</param>
    /// <param name="maxNorm">The bound; 0: none.</param>
    public static float ClippingFactor(ReadOnlySpan<float> gradient, float maxNorm)
    {
        if (maxNorm == 0)
        {
            return 1;
        }

        var sum = 0d;
        foreach (var value in gradient)
        {
            sum += (double)value * value;
        }

        var norm = Math.Sqrt(sum);
        return norm > maxNorm ? (float)(maxNorm / norm) : 1;
    }

    /// <summary>
    /// AdamW: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g g; b = b - rate (m / c1 / (sqrt(v / c2) + eps) + decay b) with
    /// c = 1 - beta^t.
    /// </summary>
    /// <param name="options">The weight decay.</param>
    /// <param name="b">The trained state [total].</param>
    /// <param name="moments">m and v [2, total].</param>
    /// <param name="gradient">g [total], before clipping.</param>
    /// <param name="clipping">Factor of g.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="updates">t: updates so far, this one included.</param>
    public static void AdamW(
        OptimizerOptions options,
        Span<float> b,
        Span<float> moments,
        ReadOnlySpan<float> gradient,
        float clipping,
        float learningRate,
        long updates
    )
    {
        var m = moments[..b.Length];
        var v = moments[b.Length..];
        var c1 = (float)(1 - Power(Beta1, updates));
        var c2 = (float)(1 - Power(Beta2, updates));
        for (var index = 0; index < b.Length; index++)
        {
            var g = gradient[index] * clipping;
            m[index] = (m[index] * Beta1) + (g * (1 - Beta1));
            v[index] = (v[index] * Beta2) + (g * g * (1 - Beta2));
            var move = m[index] / c1 / (MathF.Sqrt(v[index] / c2) + AdamEpsilon);
            b[index] -= (move + (b[index] * options.WeightDecay)) * learningRate;
        }
    }

    /// <summary>By multiplications alone: the platform's own power need not round alike everywhere.</summary>
    private static double Power(double value, long exponent)
    {
        var power = 1d;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            power *= (exponent & 1) == 1 ? value : 1;
        }

        return power;
    }

    /// <summary>SGD: m = momentum m + g; b = b - rate (m + decay b); without momentum m is g.</summary>
    /// <inheritdoc cref="AdamW"/>
    public static void Sgd(
        OptimizerOptions options,
        Span<float> b,
        Span<float> moments,
        ReadOnlySpan<float> gradient,
        float clipping,
        float learningRate
    )
    {
        for (var index = 0; index < b.Length; index++)
        {
            var g = gradient[index] * clipping;
            if (options.Momentum != 0)
            {
                g = (moments[index] * options.Momentum) + g;
                moments[index] = g;
            }

            b[index] -= (g + (b[index] * options.WeightDecay)) * learningRate;
        }
    }
}
