using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Optimization;

namespace MobiZO.Tests.Training;

/// <summary>Losses in log-sum-exp form: no guard inside a logarithm caps them, no exponential overflows.</summary>
public sealed class LossPrecisionTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference, StepLossKind.Tokens)]
    [InlineData(EngineCatalog.Reference, StepLossKind.Choices)]
    [InlineData(EngineCatalog.Reference, StepLossKind.ChoiceSequences)]
    [InlineData(EngineCatalog.OnnxRuntime, StepLossKind.Tokens)]
    [InlineData(EngineCatalog.OnnxRuntime, StepLossKind.Choices)]
    [InlineData(EngineCatalog.OnnxRuntime, StepLossKind.ChoiceSequences)]
    public void Losses_far_beyond_the_logarithm_of_a_guard_are_exact(string engine, StepLossKind loss)
    {
        // Logits of hundreds: probabilities below 1e-100, exponentials beyond the largest fp32 number.
        var model = new TinyLlama(tied: false);
        var head = model.Values("lm_head.weight");
        for (var i = 0; i < head.Length; i++)
        {
            head[i] *= 200;
        }

        using var tiny = new TinyStep(engine, loss, PrefixKind.Tokens, model);
        var request = tiny.Request(CopyPlan.Create(EstimatorKind.TwoSided, 3));
        var losses = tiny.Objective(2).Losses(request);
        var examples = tiny.Order(2).IndicesOf(request.Step).Select(index => tiny.Examples[index]).ToArray();
        var oracle = new SequentialObjective((_, _, b) => (float)tiny.Oracle.Loss(loss, examples, b.ToArray())).Losses(request);
        Assert.All(losses, value => Assert.True(float.IsFinite(value) && value > 30, $"loss {value}"));
        Assert.Equal(oracle, losses, (x, y) => Math.Abs(x - y) <= 1e-5 * (1 + Math.Abs(x)));
    }
}
