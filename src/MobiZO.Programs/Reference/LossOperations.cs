using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Losses, in log-sum-exp form.</summary>
internal static class LossOperations
{
    public static Tensor<T> LogProbabilities<T>(Tensor<T> logits, Tensor<T> ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, candidates) = (ids.Shape[0], ids.Shape[1]);
        var result = Tensor<T>.Zeros(rows, candidates);
        for (var row = 0; row < rows; row++)
        {
            var normaliser = LogSumExp<T>(logits.Row(row));
            for (var k = 0; k < candidates; k++)
            {
                result.Row(row)[k] = logits.Row(row)[(int)ids.Ids[(row * candidates) + k]] - normaliser;
            }
        }

        return result;
    }

    public static Tensor<T> LargestLogProbability<T>(Tensor<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(logits.Rows);
        for (var row = 0; row < logits.Rows; row++)
        {
            var largest = logits.Row(row)[0];
            foreach (var logit in logits.Row(row))
            {
                largest = logit > largest ? logit : largest;
            }

            result.Values[row] = largest - LogSumExp<T>(logits.Row(row));
        }

        return result;
    }

    public static Tensor<T> WeightedRows<T>(Tensor<T> x, Tensor<T> weights, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(weights.Rows);
        for (var row = 0; row < weights.Rows; row++)
        {
            var sum = T.Zero;
            for (var i = 0; i < x.Rows; i++)
            {
                sum += weights.Row(row)[i] * x.Values[i];
            }

            result.Values[row] = sum * factor;
        }

        return result;
    }

    public static Tensor<T> ChoiceLoss<T>(Tensor<T> scores, Tensor<T> labels, int copies)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(copies);
        var decisions = scores.Rows / copies;
        for (var row = 0; row < scores.Rows; row++)
        {
            var loss = LogSumExp<T>(scores.Row(row)) - scores.Row(row)[(int)labels.Ids[row]];
            result.Values[row / decisions] += loss / T.CreateChecked(decisions);
        }

        return result;
    }

    private static T LogSumExp<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = values[0];
        foreach (var value in values)
        {
            largest = T.Max(largest, value);
        }

        var sum = T.Zero;
        foreach (var value in values)
        {
            sum += T.Exp(value - largest);
        }

        return largest + T.Log(sum);
    }
}
