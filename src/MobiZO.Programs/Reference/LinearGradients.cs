using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Matrix products on the way back, summed in double as those of the way there are.</summary>
internal static class LinearGradients
{
    // dy W
    public static Tensor<T> Transposed<T>(Tensor<T> dy, Tensor<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(dy.Rows, matrix.Width);
        var sums = new double[matrix.Width];
        for (var row = 0; row < dy.Rows; row++)
        {
            Array.Clear(sums);
            for (var output = 0; output < matrix.Rows; output++)
            {
                AddTo<T>(sums, matrix.Row(output), double.CreateChecked(dy.Row(row)[output]));
            }

            Write(sums, result.Row(row));
        }

        return result;
    }

    // scale * (dy B_p) A
    public static Tensor<T> LoraInput<T>(Tensor<T> dy, Tensor<T> a, Tensor<T> stack, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ActivationOperations.Scale(Transposed(Up(dy, stack), a), scale);

    // scale * (dy B_p)^T x
    public static Tensor<T> LoraDown<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> stack, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var up = Up(dy, stack);
        return ActivationOperations.Scale(Outer(up, x, 0, up.Rows), scale);
    }

    // scale * dy^T (x A^T) of every copy
    public static Tensor<T> LoraStack<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> a, Tensor<T> stack, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(stack.Shape);
        var down = LinearOperations.Linear(x, a, null);
        var rows = dy.Rows / stack.Rows;
        for (var copy = 0; copy < stack.Rows; copy++)
        {
            ActivationOperations.Scale(Outer(dy, down, copy * rows, rows), scale).Values.CopyTo(result.Row(copy));
        }

        return result;
    }

    // scale * dy^T (x A^T) over some rows of x
    public static Tensor<T> LoraRows<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> a, Tensor<T> rows, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var down = LinearOperations.Linear(RowOperations.Gather(x, rows), a, null);
        return ActivationOperations.Scale(Outer(dy, down, 0, dy.Rows), scale);
    }

    // The rows of the head that were asked for, weighted by dy.
    public static Tensor<T> Candidates<T>(Tensor<T> dy, Tensor<T> ids, Tensor<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(dy.Rows, head.Width);
        for (var row = 0; row < dy.Rows; row++)
        {
            var sums = new double[head.Width];
            for (var k = 0; k < dy.Width; k++)
            {
                AddTo<T>(sums, head.Row((int)ids.Ids[(row * dy.Width) + k]), double.CreateChecked(dy.Row(row)[k]));
            }

            Write(sums, result.Row(row));
        }

        return result;
    }

    // dy B_p [M, r]
    private static Tensor<T> Up<T>(Tensor<T> dy, Tensor<T> stack)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (copies, outputs, rank) = (stack.Shape[0], stack.Shape[1], stack.Shape[2]);
        var result = Tensor<T>.Zeros(dy.Rows, rank);
        var rows = dy.Rows / copies;
        for (var row = 0; row < dy.Rows; row++)
        {
            var sums = new double[rank];
            for (var output = 0; output < outputs; output++)
            {
                var b = stack.Row(row / rows).Slice(output * rank, rank);
                AddTo<T>(sums, b, double.CreateChecked(dy.Row(row)[output]));
            }

            Write(sums, result.Row(row));
        }

        return result;
    }

    // left^T right over some rows
    private static Tensor<T> Outer<T>(Tensor<T> left, Tensor<T> right, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(left.Width, right.Width);
        var sums = new double[right.Width];
        for (var i = 0; i < left.Width; i++)
        {
            Array.Clear(sums);
            for (var row = first; row < first + count; row++)
            {
                AddTo<T>(sums, right.Row(row), double.CreateChecked(left.Row(row)[i]));
            }

            Write(sums, result.Row(i));
        }

        return result;
    }

    private static void AddTo<T>(double[] sums, ReadOnlySpan<T> values, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += factor * double.CreateChecked(values[i]);
        }
    }

    private static void Write<T>(double[] sums, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < sums.Length; i++)
        {
            target[i] = T.CreateChecked(sums[i]);
        }
    }
}
