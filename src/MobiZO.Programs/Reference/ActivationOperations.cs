using System.Numerics;
using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Programs.Reference;

/// <summary>Functions of one number at a time.</summary>
internal static class ActivationOperations
{
    public static Tensor<T> Activate<T>(Tensor<T> x, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, value => Activate(value, kind));

    public static Tensor<T> Gate<T>(Tensor<T> gate, Tensor<T> up, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(gate.Shape);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = Activate(gate.Values[i], kind) * up.Values[i];
        }

        return result;
    }

    public static Tensor<T> Scale<T>(Tensor<T> x, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, value => value * factor);

    public static Tensor<T> Cap<T>(Tensor<T> x, T cap)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, value => cap * T.Tanh(value / cap));

    // dy * f'(x)
    public static Tensor<T> ActivateGradient<T>(Tensor<T> dy, Tensor<T> x, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(x.Shape);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = dy.Values[i] * Slope(x.Values[i], kind);
        }

        return result;
    }

    public static Tensor<T>[] GateGradients<T>(Tensor<T> dy, Tensor<T> gate, Tensor<T> up, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (ofGate, ofUp) = (Tensor<T>.Zeros(gate.Shape), Tensor<T>.Zeros(up.Shape));
        for (var i = 0; i < gate.Values.Length; i++)
        {
            ofGate.Values[i] = dy.Values[i] * up.Values[i] * Slope(gate.Values[i], kind);
            ofUp.Values[i] = dy.Values[i] * Activate(gate.Values[i], kind);
        }

        return [ofGate, ofUp];
    }

    // From the capped value: the slope of tanh is 1 - tanh^2.
    public static Tensor<T> CapGradient<T>(Tensor<T> dy, Tensor<T> capped, T cap)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = Tensor<T>.Zeros(dy.Shape);
        for (var i = 0; i < result.Values.Length; i++)
        {
            var tangent = capped.Values[i] / cap;
            result.Values[i] = dy.Values[i] * (T.One - (tangent * tangent));
        }

        return result;
    }

    private static Tensor<T> Map<T>(Tensor<T> x, Func<T, T> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(x.Shape, Array.ConvertAll(x.Values, value => function(value)));

    private static T Activate<T>(T x, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        kind switch
        {
            ActivationKind.Silu => x / (T.One + T.Exp(-x)),
            ActivationKind.Gelu => T.CreateChecked(double.CreateChecked(x) * NormalDistribution(double.CreateChecked(x))),
            ActivationKind.GeluTanh => x
                * (T.One + T.Tanh(T.CreateChecked(Math.Sqrt(2 / Math.PI)) * (x + (T.CreateChecked(0.044715) * x * x * x))))
                / T.CreateChecked(2),
            _ => T.Max(x, T.Zero),
        };

    private static T Slope<T>(T x, ActivationKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (kind)
        {
            case ActivationKind.Silu:
                var sigmoid = T.One / (T.One + T.Exp(-x));
                return sigmoid * (T.One + (x * (T.One - sigmoid)));
            case ActivationKind.Gelu:
                var place = double.CreateChecked(x);
                return T.CreateChecked(NormalDistribution(place) + (place * Math.Exp(-place * place / 2) / Math.Sqrt(2 * Math.PI)));
            case ActivationKind.GeluTanh:
                var (factor, cubic) = (T.CreateChecked(Math.Sqrt(2 / Math.PI)), T.CreateChecked(0.044715));
                var tangent = T.Tanh(factor * (x + (cubic * x * x * x)));
                var inner = factor * (T.One + (T.CreateChecked(3) * cubic * x * x));
                return (T.One + tangent + (x * (T.One - (tangent * tangent)) * inner)) / T.CreateChecked(2);
            default:
                return x > T.Zero ? T.One : T.Zero;
        }
    }

    /// <summary>
    /// The share of a standard normal distribution below x, by series near the middle and by continued fraction in the tails.
    /// </summary>
    private static double NormalDistribution(double x)
    {
        const int Terms = 60;
        const double Middle = 3;
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (Math.Abs(x) < Middle)
        {
            var (sum, term) = (x, x);
            for (var i = 1; i < Terms; i++)
            {
                term *= x * x / ((2 * i) + 1);
                sum += term;
            }

            return 0.5 + (density * sum);
        }

        var fraction = 0.0;
        for (var i = Terms; i > 0; i--)
        {
            fraction = i / (Math.Abs(x) + fraction);
        }

        var tail = density / (Math.Abs(x) + fraction);
        return x < 0 ? tail : 1 - tail;
    }
}
