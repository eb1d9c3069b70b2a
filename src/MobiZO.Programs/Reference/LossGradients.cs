using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Losses on the way back.</summary>
internal static class LossGradients
{
    public static Tensor<T> LogProbabilities<T>(Tensor<T> dy, Tensor<T> logits, Tensor<T> ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(logits.Shape);
        for (var row = 0; row < logits.Rows; row++)
        {
            var total = T.Zero;
            foreach (var value in dy.Row(row))
            {
                total += value;
            }

            var target = result.Row(row);
            Softmax(logits.Row(row), target);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = -target[i] * total;
            }

            for (var k = 0; k < dy.Width; k++)
            {
                target[(int)ids.Ids[(row * dy.Width) + k]] += dy.Row(row)[k];
            }
        }

        return result;
    }

    public static Tensor<T> WeightedRows<T>(Tensor<T> dy, Tensor<T> weights, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(weights.Width, 1);
        for (var row = 0; row < weights.Width; row++)
        {
            var sum = T.Zero;
            for (var i = 0; i < weights.Rows; i++)
            {
                sum += weights.Row(i)[row] * dy.Values[i];
            }

            result.Values[row] = sum * factor;
        }

        return result;
    }

    public static Tensor<T> ChoiceLoss<T>(Tensor<T> dy, Tensor<T> scores, Tensor<T> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(scores.Shape);
        var decisions = scores.Rows / dy.Rows;
        for (var row = 0; row < scores.Rows; row++)
        {
            var target = result.Row(row);
            Softmax(scores.Row(row), target);
            target[(int)labels.Ids[row]] -= T.One;
            for (var k = 0; k < target.Length; k++)
            {
                target[k] *= dy.Values[row / decisions] / T.CreateChecked(decisions);
            }
        }

        return result;
    }

    private static void Softmax<T>(ReadOnlySpan<T> values, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = values[0];
        foreach (var value in values)
        {
            largest = T.Max(largest, value);
        }

        var sum = T.Zero;
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = T.Exp(values[i] - largest);
            sum += result[i];
        }

        for (var i = 0; i < values.Length; i++)
        {
            result[i] /= sum;
        }
    }
}
