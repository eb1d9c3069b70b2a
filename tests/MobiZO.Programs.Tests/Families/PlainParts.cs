namespace MobiZO.Programs.Tests.Families;

/// <summary>The parts of second implementations: loops in double, after the modules that public definitions are made of.</summary>
internal static class PlainParts
{
    /// <summary>x W^T + b.</summary>
    public static double[] Linear(double[] x, double[] weight, double[]? bias) =>
        [
            .. Enumerable
                .Range(0, weight.Length / x.Length)
                .Select(row => Dot(weight[(row * x.Length)..((row + 1) * x.Length)], x) + (bias?[row] ?? 0)),
        ];

    public static double Dot(double[] left, double[] right) => left.Zip(right, (x, y) => x * y).Sum();

    public static double[] Plus(double[] left, double[] right) => [.. left.Zip(right, (x, y) => x + y)];

    public static double[] LayerNorm(double[] x, double[] weight, double[] bias, double epsilon)
    {
        var mean = x.Average();
        var root = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + epsilon);
        return [.. x.Select((value, i) => ((value - mean) / root * weight[i]) + bias[i])];
    }

    /// <summary>Values mixed by the softmax of scores, of the tokens that have one.</summary>
    public static double[] Attend(double?[] scores, Func<int, double[]> values)
    {
        var largest = scores.Max() ?? 0;
        double[] shares = [.. scores.Select(score => score is { } seen ? Math.Exp(seen - largest) : 0)];
        var total = shares.Sum();
        return
        [
            .. Enumerable.Range(0, values(0).Length).Select(i => shares.Select((share, past) => share / total * values(past)[i]).Sum()),
        ];
    }

    /// <summary>x * cos + rotate_half(x) * sin, of one head.</summary>
    public static double[] Rotate(double[] head, int position, double theta)
    {
        var half = head.Length / 2;
        return
        [
            .. head.Select(
                (value, i) =>
                {
                    var angle = position * Math.Pow(theta, -2.0 * (i % half) / head.Length);
                    return (value * Math.Cos(angle)) + ((i < half ? -head[i + half] : head[i - half]) * Math.Sin(angle));
                }
            ),
        ];
    }

    /// <summary>x * Phi(x), with the error function by the series whose terms all have one sign (Abramowitz and Stegun 7.1.6).</summary>
    public static double Gelu(double x)
    {
        var z = x / Math.Sqrt(2);
        var (term, sum) = (z, z);
        for (var n = 1; Math.Abs(term) > 1e-18; n++)
        {
            term *= 2 * z * z / ((2 * n) + 1);
            sum += term;
        }

        return x * (1 + (2 / Math.Sqrt(Math.PI) * Math.Exp(-z * z) * sum)) / 2;
    }

    /// <summary>Its tanh form.</summary>
    public static double GeluNew(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * Math.Pow(x, 3)))));
}
