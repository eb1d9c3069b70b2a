using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

/// <summary>
/// L(b) = sum_k w_k (b_k - c_k)^2 / 2, optionally plus a quartic term and a mini-batch term that differs from step to step.
/// </summary>
internal sealed class QuadraticObjective : IStepObjective
{
    private readonly float[] _weights;
    private readonly float[] _centre;
    private readonly double _quartic;

    public QuadraticObjective(int length, double quartic = 0)
    {
        _weights = [.. Enumerable.Range(0, length).Select(k => 0.5f + (k % 3))];
        _centre = [.. Enumerable.Range(0, length).Select(k => ((k * 7 % 11) - 5) / 10f)];
        _quartic = quartic;
    }

    /// <summary>Steps whose losses are not finite.</summary>
    public HashSet<long> BrokenSteps { get; } = [];

    /// <summary>Size of the term that depends on the examples.</summary>
    public double ExampleLevel { get; init; }

    public float[] Losses(StepRequest request)
    {
        var total = request.B.Length;
        var stack = new float[request.Plan.Count * total];
        Perturbation.ApplyAll(request.Plan, request.B, request.Noise, request.Epsilon, stack);
        return [.. request.Plan.Copies.Select((_, index) => Loss(request.Step, stack.AsSpan(index * total, total)))];
    }

    public float Loss(long step, ReadOnlySpan<float> b) =>
        BrokenSteps.Contains(step) ? float.NaN : (float)(Value(b) + (ExampleLevel * Math.Sin(13 * step)));

    public double Value(ReadOnlySpan<float> b)
    {
        var sum = 0d;
        for (var k = 0; k < b.Length; k++)
        {
            double difference = b[k] - _centre[k];
            sum += (_weights[k] * difference * difference / 2) + (_quartic * Math.Pow(difference, 4));
        }

        return sum;
    }

    public double[] Gradient(ReadOnlySpan<float> b)
    {
        var gradient = new double[b.Length];
        for (var k = 0; k < b.Length; k++)
        {
            double difference = b[k] - _centre[k];
            gradient[k] = (_weights[k] * difference) + (4 * _quartic * Math.Pow(difference, 3));
        }

        return gradient;
    }
}
