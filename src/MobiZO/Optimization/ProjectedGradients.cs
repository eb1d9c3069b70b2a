namespace MobiZO.Optimization;

/// <summary>From the losses of the copies to one projected gradient g_i for each query.</summary>
internal static class ProjectedGradients
{
    /// <summary>
    /// Computes g [q]. Losses and their differences are single precision; the spread is summed in double, in query order.
    /// </summary>
    /// <param name="plan">All copies of the step.</param>
    /// <param name="losses">The P losses in the order of the plan, all finite.</param>
    /// <param name="epsilon">Size of the perturbation.</param>
    /// <exception cref="ArgumentException">Not all copies of a step, not P losses, or a loss that is not finite.</exception>
    public static float[] Compute(CopyPlan plan, ReadOnlySpan<float> losses, float epsilon)
    {
        if (plan.Estimator is not { } estimator)
        {
            throw new ArgumentException(
                "projected gradients need the losses of all copies of a step, found some of them, or copies along a line"
            );
        }

        if (losses.Length != plan.Count)
        {
            throw new ArgumentException($"a step of {plan.Count} copies needs as many losses, found {losses.Length}");
        }

        if (!AreFinite(losses))
        {
            throw new ArgumentException("a loss is not finite: the step must be skipped");
        }

        var gradients = new float[plan.Queries];
        for (var query = 0; query < gradients.Length; query++)
        {
            gradients[query] = losses[plan.PlusCopy(query)] - losses[plan.BaseCopy(query)];
        }

        // L_0 is common to all queries and drops out of the deviation.
        var divisor = estimator.IsTwoSided() ? 2f * epsilon : SampleDeviation(gradients);
        for (var query = 0; query < gradients.Length; query++)
        {
            // No spread means no information about any direction: the step does nothing.
            gradients[query] = divisor > 0 ? gradients[query] / divisor : 0f;
        }

        return gradients;
    }

    /// <summary>True when every loss or gradient is a finite number.</summary>
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The root of the mean square, summed in double in order.</summary>
    internal static float RootMeanSquare(ReadOnlySpan<float> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += (double)value * value;
        }

        return (float)Math.Sqrt(sum / values.Length);
    }

    private static float SampleDeviation(ReadOnlySpan<float> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += value;
        }

        var mean = sum / values.Length;
        var squares = 0d;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (float)Math.Sqrt(squares / (values.Length - 1));
    }
}
