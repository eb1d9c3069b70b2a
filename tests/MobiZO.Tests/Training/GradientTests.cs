using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Training;

/// <summary>The estimate of many queries points along the gradient of the model's own loss.</summary>
public sealed class GradientTests
{
    private const int Queries = 600;

    [Theory]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.TwoSided, StepLossKind.Choices)]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.TwoSided, StepLossKind.Tokens)]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.OneSidedNormalized, StepLossKind.Choices)]
    [InlineData(EngineCatalog.OnnxRuntime, EstimatorKind.OneSidedNormalized, StepLossKind.ChoiceSequences)]
    [InlineData(EngineCatalog.Reference, EstimatorKind.TwoSided, StepLossKind.Choices)]
    public void The_mean_over_many_queries_is_parallel_to_the_finite_difference_gradient(
        string engine,
        EstimatorKind estimator,
        StepLossKind loss
    )
    {
        var model = new TinyLlama(layers: 1, hidden: 12, headDimension: 4, heads: 2, keyValueHeads: 1, vocabulary: 16);
        using var tiny = new TinyStep(engine, loss, PrefixKind.KeyValues, model, model.Adapter(2, "q_proj", "o_proj"), exampleCount: 3);
        var plan = CopyPlan.Create(estimator, Queries);
        var request = tiny.Request(plan) with { Epsilon = 1e-3f };
        var losses = tiny.Objective(3, maxTokensPerRun: 2048).Losses(request);
        var b = tiny.B.ToArray();
        AdapterUpdate.Apply(b, Memory<float>.Empty, request.Noise, ProjectedGradients.Compute(plan, losses, request.Epsilon), 1);
        var estimate = tiny.B.Zip(b, (before, after) => (double)before - after).ToArray();

        var gradient = new double[b.Length];
        for (var i = 0; i < b.Length; i++)
        {
            double At(float shift)
            {
                var moved = tiny.B.ToArray();
                moved[i] += shift;
                return tiny.Oracle.Loss(loss, tiny.Examples, moved);
            }

            gradient[i] = (At(1e-2f) - At(-1e-2f)) / 2e-2;
        }

        // For Gaussian directions the expected squared cosine is about q / (q + n + 1).
        var cosine = Dot(gradient, estimate) / Math.Sqrt(Dot(gradient, gradient) * Dot(estimate, estimate));
        var expected = Math.Sqrt((double)Queries / (Queries + b.Length + 1));
        Assert.InRange(expected, 0.95, 1);
        Assert.True(cosine > 0.9, $"cosine {cosine:g4}, expected about {expected:g4}");
        if (estimator == EstimatorKind.TwoSided)
        {
            Assert.InRange(Dot(gradient, estimate) / Dot(gradient, gradient), 0.8, 1.2);
        }
    }

    private static double Dot(double[] left, double[] right) => left.Zip(right, (x, y) => x * y).Sum();
}
