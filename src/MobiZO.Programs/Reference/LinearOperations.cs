using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Matrix products.</summary>
internal static class LinearOperations
{
    public static Tensor<T> Linear<T>(Tensor<T> x, Tensor<T> matrix, Tensor<T>? bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Rows, matrix.Rows);
        for (var row = 0; row < x.Rows; row++)
        {
            for (var column = 0; column < matrix.Rows; column++)
            {
                var product = Dot<T>(x.Row(row), matrix.Row(column));
                result.Row(row)[column] = bias is null ? product : product + bias.Values[column];
            }
        }

        return result;
    }

    public static Tensor<T> Lora<T>(Tensor<T> y, Tensor<T> x, Tensor<T> a, Tensor<T> stack, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(y.Shape);
        var (copies, outputs, rank) = (stack.Shape[0], stack.Shape[1], stack.Shape[2]);
        var rowsPerCopy = y.Rows / copies;
        var down = Linear(x, a, null);
        for (var row = 0; row < y.Rows; row++)
        {
            var b = stack.Values.AsSpan(row / rowsPerCopy * outputs * rank, outputs * rank);
            for (var column = 0; column < outputs; column++)
            {
                result.Row(row)[column] = y.Row(row)[column] + (scale * Dot<T>(down.Row(row), b.Slice(column * rank, rank)));
            }
        }

        return result;
    }

    public static Tensor<T> CandidateLogits<T>(Tensor<T> x, Tensor<T> ids, Tensor<T> head, Tensor<T>? bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, candidates) = (ids.Shape[0], ids.Shape[1]);
        var result = Tensor<T>.Zeros(rows, candidates);
        for (var i = 0; i < rows * candidates; i++)
        {
            var logit = Dot<T>(x.Row(i / candidates), head.Row((int)ids.Ids[i]));
            result.Values[i] = bias is null ? logit : logit + bias.Values[(int)ids.Ids[i]];
        }

        return result;
    }

    // Summed in double also when T is float: an oracle should add as little rounding of its own as it can.
    private static T Dot<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += double.CreateChecked(left[i]) * double.CreateChecked(right[i]);
        }

        return T.CreateChecked(sum);
    }
}
