using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Operations that work row by row.</summary>
internal static class RowOperations
{
    public static Tensor<T> Embed<T>(Tensor<T> ids, Tensor<T> table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(ids.Ids.Length, table.Width);
        for (var row = 0; row < result.Rows; row++)
        {
            table.Row((int)ids.Ids[row]).CopyTo(result.Row(row));
        }

        return result;
    }

    public static Tensor<T> EmbedPositions<T>(Tensor<T> positions, Tensor<T> table, int offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long[] rows = [.. positions.Ids.Select(position => Math.Min(position + offset, table.Rows - 1))];
        return Embed(new Tensor<T>(positions.Shape, [], rows), table);
    }

    public static Tensor<T> RmsNorm<T>(Tensor<T> x, Tensor<T> scale, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        var width = scale.Values.Length;
        for (var start = 0; start < x.Values.Length; start += width)
        {
            var source = x.Values.AsSpan(start, width);
            var squares = T.Zero;
            foreach (var value in source)
            {
                squares += value * value;
            }

            var factor = T.One / T.Sqrt((squares / T.CreateChecked(width)) + epsilon);
            for (var i = 0; i < width; i++)
            {
                result.Values[start + i] = source[i] * factor * scale.Values[i];
            }
        }

        return result;
    }

    public static Tensor<T> LayerNorm<T>(Tensor<T> x, Tensor<T> scale, Tensor<T>? bias, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        var width = scale.Values.Length;
        for (var start = 0; start < x.Values.Length; start += width)
        {
            var source = x.Values.AsSpan(start, width);
            var (sum, squares) = (T.Zero, T.Zero);
            foreach (var value in source)
            {
                sum += value;
            }

            var mean = sum / T.CreateChecked(width);
            foreach (var value in source)
            {
                squares += (value - mean) * (value - mean);
            }

            var factor = T.One / T.Sqrt((squares / T.CreateChecked(width)) + epsilon);
            for (var i = 0; i < width; i++)
            {
                result.Values[start + i] = ((source[i] - mean) * factor * scale.Values[i]) + (bias is null ? T.Zero : bias.Values[i]);
            }
        }

        return result;
    }

    public static Tensor<T>[] RotaryAngles<T>(Tensor<T> positions, IReadOnlyList<double> frequencies, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var cosine = Tensor<T>.Zeros(positions.Ids.Length, frequencies.Count);
        var sine = Tensor<T>.Zeros(positions.Ids.Length, frequencies.Count);
        for (var row = 0; row < cosine.Rows; row++)
        {
            for (var pair = 0; pair < frequencies.Count; pair++)
            {
                var angle = T.CreateChecked(positions.Ids[row]) * T.CreateChecked(frequencies[pair]);
                cosine.Row(row)[pair] = T.Cos(angle) * factor;
                sine.Row(row)[pair] = T.Sin(angle) * factor;
            }
        }

        return [cosine, sine];
    }

    public static Tensor<T> Rotate<T>(Tensor<T> x, Tensor<T> cosine, Tensor<T> sine, int headDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new Tensor<T>(x.Shape, [.. x.Values]);
        var pairs = cosine.Width;
        for (var row = 0; row < x.Rows; row++)
        {
            for (var head = 0; head < x.Width; head += headDimension)
            {
                for (var pair = 0; pair < pairs; pair++)
                {
                    var (first, second) = (x.Row(row)[head + pair], x.Row(row)[head + pairs + pair]);
                    var (c, s) = (cosine.Row(row)[pair], sine.Row(row)[pair]);
                    result.Row(row)[head + pair] = (first * c) - (second * s);
                    result.Row(row)[head + pairs + pair] = (second * c) + (first * s);
                }
            }
        }

        return result;
    }

    public static Tensor<T> Add<T>(Tensor<T> left, Tensor<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(left.Shape);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = left.Values[i] + right.Values[i];
        }

        return result;
    }

    public static Tensor<T> Gather<T>(Tensor<T> x, Tensor<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(rows.Rows, x.Width);
        for (var row = 0; row < rows.Rows; row++)
        {
            x.Row((int)rows.Ids[row]).CopyTo(result.Row(row));
        }

        return result;
    }

    public static Tensor<T>[] SplitColumns<T>(Tensor<T> x, IReadOnlyList<int> widths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var start = 0;
        return
        [
            .. widths.Select(width =>
            {
                var part = Columns(x, width, 1, start, 0, width);
                start += width;
                return part;
            }),
        ];
    }

    public static Tensor<T>[] SplitGroups<T>(Tensor<T> x, int heads, int keyValueHeads, int headDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var queries = heads / keyValueHeads * headDimension;
        var stride = queries + (2 * headDimension);
        return
        [
            Columns(x, heads * headDimension, keyValueHeads, 0, stride, queries),
            Columns(x, keyValueHeads * headDimension, keyValueHeads, queries, stride, headDimension),
            Columns(x, keyValueHeads * headDimension, keyValueHeads, queries + headDimension, stride, headDimension),
        ];
    }

    public static Tensor<T> Repeat<T>(Tensor<T> hidden, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(rows * hidden.Shape[1], hidden.Shape[2]);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = hidden.Values[i % hidden.Values.Length];
        }

        return result;
    }

    /// <summary>
    /// From every row <paramref name="runs"/> runs of <paramref name="length"/> columns, <paramref name="stride"/> apart.
    /// </summary>
    private static Tensor<T> Columns<T>(Tensor<T> x, int width, int runs, int start, int stride, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Rows, width);
        for (var row = 0; row < x.Rows; row++)
        {
            for (var run = 0; run < runs; run++)
            {
                x.Row(row).Slice(start + (run * stride), length).CopyTo(result.Row(row)[(run * length)..]);
            }
        }

        return result;
    }
}
