using System.Numerics.Tensors;

namespace MobiZO.Probing;

/// <summary>
/// Multinomial logistic regression: mean cross-entropy over rows plus penalty / 2 times the squared length of the weights (not of the
/// biases). Convex, so where the search begins does not matter; by L-BFGS.
/// </summary>
internal static class LogisticRegression
{
    private const int MostIterations = 100;

    // Pairs of steps that approximate the curvature.
    private const int Memory = 8;

    // Accuracy settles long before.
    private const double Tolerance = 1e-3;

    /// <summary>Fits one vector of weights and one bias a class.</summary>
    /// <param name="rows">[n, width]; about one in size.</param>
    /// <param name="labels">[n], from 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="penalty">Of the weights, above 0.</param>
    /// <param name="start">Where to begin; null: zero.</param>
    /// <param name="cancellation">Stops between two iterations.</param>
    public static LinearProbe Fit(
        float[][] rows,
        int[] labels,
        int classes,
        double penalty,
        LinearProbe? start = null,
        CancellationToken cancellation = default
    )
    {
        var width = rows[0].Length;
        float[] at = start is null ? new float[classes * (width + 1)] : [.. start.Weights, .. start.Biases];
        float[] Parameters(float[] from, float[] along, double length)
        {
            var moved = new float[from.Length];
            TensorPrimitives.MultiplyAdd(along, (float)length, from, moved);
            return moved;
        }

        var (value, gradient) = Evaluate(at, rows, labels, classes, penalty);
        var history = new List<(float[] Step, float[] Change, double Product)>();
        var first = Math.Max(TensorPrimitives.Norm<float>(gradient), 1e-12);
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TensorPrimitives.Norm<float>(gradient) <= Tolerance * Math.Min(first, 1))
            {
                break;
            }

            var direction = Direction(gradient, history);
            var slope = (double)TensorPrimitives.Dot<float>(direction, gradient);
            var length = history.Count == 0 ? 1 / Math.Max(1, first) : 1;
            float[]? moved = null;
            var (next, nextGradient) = (value, gradient);
            for (var halving = 0; halving < 20; halving++, length /= 2)
            {
                moved = Parameters(at, direction, length);
                (next, nextGradient) = Evaluate(moved, rows, labels, classes, penalty);
                if (next <= value + (1e-4 * length * slope))
                {
                    break;
                }

                moved = null;
            }

            if (moved is null)
            {
                // Rounding hides any further descent.
                break;
            }

            Remember(history, at, moved, gradient, nextGradient);
            (at, value, gradient) = (moved, next, nextGradient);
        }

        return new LinearProbe(classes, at[..(classes * width)], at[(classes * width)..]);
    }

    private static (double Value, float[] Gradient) Evaluate(float[] at, float[][] rows, int[] labels, int classes, double penalty)
    {
        var width = rows[0].Length;
        ReadOnlySpan<float> weights = at.AsSpan(0, classes * width);
        ReadOnlySpan<float> biases = at.AsSpan(classes * width);
        var gradient = new float[at.Length];
        var logits = new float[classes];
        var sum = 0.0;
        for (var n = 0; n < rows.Length; n++)
        {
            var row = rows[n];
            for (var c = 0; c < classes; c++)
            {
                logits[c] = TensorPrimitives.Dot(row, weights.Slice(c * width, width)) + biases[c];
            }

            var right = logits[labels[n]];
            var largest = TensorPrimitives.Max<float>(logits);
            TensorPrimitives.Subtract(logits, largest, logits);
            TensorPrimitives.Exp<float>(logits, logits);
            var total = TensorPrimitives.Sum<float>(logits);
            sum += Math.Log(total) + largest - right;
            for (var c = 0; c < classes; c++)
            {
                var error = ((logits[c] / total) - (c == labels[n] ? 1 : 0)) / rows.Length;
                var slice = gradient.AsSpan(c * width, width);
                TensorPrimitives.MultiplyAdd(row, error, slice, slice);
                gradient[(classes * width) + c] += error;
            }
        }

        var ofWeights = gradient.AsSpan(0, classes * width);
        TensorPrimitives.MultiplyAdd(weights, (float)penalty, ofWeights, ofWeights);
        return ((sum / rows.Length) + (penalty / 2 * TensorPrimitives.SumOfSquares(weights)), gradient);
    }

    /// <summary>Minus the gradient, corrected by the curvature seen on the last steps (two loops of Nocedal).</summary>
    private static float[] Direction(float[] gradient, List<(float[] Step, float[] Change, double Product)> history)
    {
        float[] direction = [.. gradient];
        var factors = new double[history.Count];
        for (var i = history.Count - 1; i >= 0; i--)
        {
            factors[i] = TensorPrimitives.Dot<float>(history[i].Step, direction) / history[i].Product;
            TensorPrimitives.MultiplyAdd(history[i].Change, (float)-factors[i], direction, direction);
        }

        if (history.Count > 0)
        {
            var (_, change, product) = history[^1];
            TensorPrimitives.Multiply(direction, (float)(product / TensorPrimitives.SumOfSquares<float>(change)), direction);
        }

        for (var i = 0; i < history.Count; i++)
        {
            var factor = factors[i] - (TensorPrimitives.Dot<float>(history[i].Change, direction) / history[i].Product);
            TensorPrimitives.MultiplyAdd(history[i].Step, (float)factor, direction, direction);
        }

        TensorPrimitives.Negate<float>(direction, direction);
        return direction;
    }

    private static void Remember(
        List<(float[] Step, float[] Change, double Product)> history,
        float[] before,
        float[] after,
        float[] gradientBefore,
        float[] gradientAfter
    )
    {
        var (step, change) = (new float[before.Length], new float[before.Length]);
        TensorPrimitives.Subtract(after, before, step);
        TensorPrimitives.Subtract(gradientAfter, gradientBefore, change);
        var product = (double)TensorPrimitives.Dot<float>(step, change);
        if (product <= 0)
        {
            return;
        }

        if (history.Count == Memory)
        {
            history.RemoveAt(0);
        }

        history.Add((step, change, product));
    }
}
