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

    public static Tensor<T> RmsNorm<T>(Tensor<T> x, Tensor<T> scale, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        for (var row = 0; row < x.Rows; row++)
        {
            var source = x.Row(row);
            var target = result.Row(row);
            var squares = T.Zero;
            foreach (var value in source)
            {
                squares += value * value;
            }

            var factor = T.One / T.Sqrt((squares / T.CreateChecked(source.Length)) + epsilon);
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = source[i] * factor * scale.Values[i];
            }
        }

        return result;
    }

    public static Tensor<T>[] RotaryAngles<T>(Tensor<T> positions, IReadOnlyList<double> frequencies)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var cosine = Tensor<T>.Zeros(positions.Ids.Length, frequencies.Count);
        var sine = Tensor<T>.Zeros(positions.Ids.Length, frequencies.Count);
        for (var row = 0; row < cosine.Rows; row++)
        {
            for (var pair = 0; pair < frequencies.Count; pair++)
            {
                var angle = T.CreateChecked(positions.Ids[row]) * T.CreateChecked(frequencies[pair]);
                cosine.Row(row)[pair] = T.Cos(angle);
                sine.Row(row)[pair] = T.Sin(angle);
            }
        }

        return [cosine, sine];
    }

    public static Tensor<T> Rotate<T>(Tensor<T> x, Tensor<T> cosine, Tensor<T> sine, int headDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        var half = headDimension / 2;
        for (var row = 0; row < x.Rows; row++)
        {
            for (var head = 0; head < x.Width; head += headDimension)
            {
                for (var pair = 0; pair < half; pair++)
                {
                    var (first, second) = (x.Row(row)[head + pair], x.Row(row)[head + half + pair]);
                    var (c, s) = (cosine.Row(row)[pair], sine.Row(row)[pair]);
                    result.Row(row)[head + pair] = (first * c) - (second * s);
                    result.Row(row)[head + half + pair] = (second * c) + (first * s);
                }
            }
        }

        return result;
    }

    public static Tensor<T> Gate<T>(Tensor<T> gate, Tensor<T> up)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(gate.Shape);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = gate.Values[i] / (T.One + T.Exp(-gate.Values[i])) * up.Values[i];
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
}
