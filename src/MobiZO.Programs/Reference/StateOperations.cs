using System.Numerics;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Reference;

/// <summary>The trained state: perturbation, projected gradients, update.</summary>
internal static class StateOperations
{
    public static Tensor<T> Perturb<T>(Tensor<T> b, Tensor<T> noise, Tensor<T> queries, Tensor<T> coefficients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(queries.Rows, b.Rows);
        for (var copy = 0; copy < queries.Rows; copy++)
        {
            var direction = noise.Row((int)queries.Ids[copy]);
            for (var i = 0; i < b.Rows; i++)
            {
                result.Row(copy)[i] = b.Values[i] + (coefficients.Values[copy] * direction[i]);
            }
        }

        return result;
    }

    public static Tensor<T>[] Split<T>(Tensor<T> state, IReadOnlyList<(int Rows, int Columns)> matrices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var stacked = state.Shape.Length == 2;
        var (copies, total) = (stacked ? state.Shape[0] : 1, state.Shape[^1]);
        var results = new Tensor<T>[matrices.Count];
        var offset = 0;
        for (var i = 0; i < results.Length; i++)
        {
            var (rows, columns) = matrices[i];
            results[i] = stacked ? Tensor<T>.Zeros(copies, rows, columns) : Tensor<T>.Zeros(rows, columns);
            for (var copy = 0; copy < copies; copy++)
            {
                state.Values.AsSpan((copy * total) + offset, rows * columns).CopyTo(results[i].Values.AsSpan(copy * rows * columns));
            }

            offset += rows * columns;
        }

        return results;
    }

    public static Tensor<T> ProjectGradients<T>(Tensor<T> losses, T epsilon, EstimatorKind estimator, int queries)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var isTwoSided = estimator == EstimatorKind.TwoSided;
        var result = Tensor<T>.Zeros(queries);
        for (var i = 0; i < queries; i++)
        {
            result.Values[i] = isTwoSided ? losses.Values[i] - losses.Values[queries + i] : losses.Values[1 + i] - losses.Values[0];
        }

        var divisor = isTwoSided ? (T.One + T.One) * epsilon : SampleDeviation<T>(result.Values);
        for (var i = 0; i < queries; i++)
        {
            result.Values[i] = divisor == T.Zero ? T.Zero : result.Values[i] / divisor;
        }

        return result;
    }

    public static Tensor<T> Update<T>(Tensor<T> b, Tensor<T> noise, Tensor<T> gradients, T rate, int queries)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(b.Shape);
        var step = rate / T.CreateChecked(queries);
        for (var i = 0; i < b.Rows; i++)
        {
            var sum = gradients.Values[0] * noise.Row(0)[i];
            for (var query = 1; query < queries; query++)
            {
                sum += gradients.Values[query] * noise.Row(query)[i];
            }

            result.Values[i] = b.Values[i] - (step * sum);
        }

        return result;
    }

    private static T SampleDeviation<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = T.Zero;
        foreach (var value in values)
        {
            mean += value / T.CreateChecked(values.Length);
        }

        var squares = T.Zero;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return T.Sqrt(squares / T.CreateChecked(values.Length - 1));
    }
}
