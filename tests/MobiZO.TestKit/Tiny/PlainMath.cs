using MobiZO.Checkpoints.Architecture;

namespace MobiZO.TestKit.Tiny;

/// <summary>The arithmetic of <see cref="PlainForward"/>, in double.</summary>
internal static class PlainMath
{
    public static double Dot(ReadOnlySpan<float> left, double[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    public static double Dot(ReadOnlySpan<double> left, double[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    public static double[] Plus(double[] left, double[] right) => [.. left.Zip(right, (x, y) => x + y)];

    public static double[] Times(double[] left, double[] right) => [.. left.Zip(right, (x, y) => x * y)];

    public static double Capped(double value, double? cap) => cap is { } most ? most * Math.Tanh(value / most) : value;

    public static double LogSumExp(double[] values)
    {
        var largest = values.Max();
        return largest + Math.Log(values.Sum(value => Math.Exp(value - largest)));
    }

    public static double Activated(ActivationKind kind, double x) =>
        kind switch
        {
            ActivationKind.Silu => x / (1 + Math.Exp(-x)),
            ActivationKind.Gelu => x * (1 + Erf(x / Math.Sqrt(2))) / 2,
            ActivationKind.GeluTanh => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) / 2,
            ActivationKind.Relu => Math.Max(x, 0),
            _ => throw new NotSupportedException($"There is no plain form of {kind}."),
        };

    // The series of the error function; from 5 on nothing is missing from 1 that a double could tell here.
    private static double Erf(double x)
    {
        if (Math.Abs(x) >= 5)
        {
            return Math.Sign(x);
        }

        var (sum, power) = (x, x);
        for (var n = 1; n < 120; n++)
        {
            power *= -x * x / n;
            sum += power / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
