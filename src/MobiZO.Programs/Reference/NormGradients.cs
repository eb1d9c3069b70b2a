using System.Numerics;

namespace MobiZO.Programs.Reference;

/// <summary>Norms on the way back, one run of a row at a time.</summary>
internal static class NormGradients
{
    public static Tensor<T> Rms<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> scale, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of(dy, x, scale, epsilon, isCentred: false);

    public static Tensor<T> Layer<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> scale, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of(dy, x, scale, epsilon, isCentred: true);

    private static Tensor<T> Of<T>(Tensor<T> dy, Tensor<T> x, Tensor<T> scale, T epsilon, bool isCentred)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        var width = scale.Values.Length;
        for (var start = 0; start < x.Values.Length; start += width)
        {
            var source = x.Values.AsSpan(start, width);
            var target = result.Values.AsSpan(start, width);
            var middle = isCentred ? Mean<T>(source) : T.Zero;
            var (normed, scaled, squares, product) = (new T[width], new T[width], new T[width], new T[width]);
            for (var i = 0; i < width; i++)
            {
                squares[i] = (source[i] - middle) * (source[i] - middle);
            }

            var root = T.Sqrt(Mean<T>(squares) + epsilon);
            for (var i = 0; i < width; i++)
            {
                normed[i] = (source[i] - middle) / root;
                scaled[i] = dy.Values[start + i] * scale.Values[i];
                product[i] = normed[i] * scaled[i];
            }

            var (common, share) = (isCentred ? Mean<T>(scaled) : T.Zero, Mean<T>(product));
            for (var i = 0; i < width; i++)
            {
                target[i] = (scaled[i] - common - (normed[i] * share)) / root;
            }
        }

        return result;
    }

    private static T Mean<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / T.CreateChecked(values.Length);
    }
}
