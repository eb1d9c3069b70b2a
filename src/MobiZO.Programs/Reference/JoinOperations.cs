using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>What was cut or picked, put back.</summary>
internal static class JoinOperations
{
    public static Tensor<T> Columns<T>(Tensor<T>[] parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(parts[0].Rows, parts.Sum(part => part.Width));
        for (var row = 0; row < result.Rows; row++)
        {
            var start = 0;
            foreach (var part in parts)
            {
                part.Row(row).CopyTo(result.Row(row)[start..]);
                start += part.Width;
            }
        }

        return result;
    }

    // Every group is some columns of each part.
    public static Tensor<T> Groups<T>(Tensor<T>[] parts, int groups)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(parts[0].Rows, parts.Sum(part => part.Width));
        for (var row = 0; row < result.Rows; row++)
        {
            var start = 0;
            for (var group = 0; group < groups; group++)
            {
                foreach (var part in parts)
                {
                    var width = part.Width / groups;
                    part.Row(row).Slice(group * width, width).CopyTo(result.Row(row)[start..]);
                    start += width;
                }
            }
        }

        return result;
    }

    public static Tensor<T> Matrices<T>(Tensor<T>[] parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var isStacked = parts[0].Shape.Length == 3;
        var copies = isStacked ? parts[0].Rows : 1;
        Tensor<T>[] flat = [.. parts.Select(part => new Tensor<T>([copies, part.Values.Length / copies], part.Values))];
        var joined = Columns(flat);
        return isStacked ? joined : new Tensor<T>([joined.Width], joined.Values);
    }

    public static Tensor<T> Scatter<T>(Tensor<T> dy, Tensor<T> rows, int[] shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(shape);
        for (var row = 0; row < dy.Rows; row++)
        {
            var target = result.Row((int)rows.Ids[row]);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] += dy.Row(row)[i];
            }
        }

        return result;
    }
}
