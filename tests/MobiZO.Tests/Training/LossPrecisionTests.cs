using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Architectures;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Training;

/// <summary>Losses in log-sum-exp form: no guard inside a logarithm caps them, no exponential overflows.</summary>
public sealed class LossPrecisionTests
{
    [Theory]
    [InlineData(EngineKind.Reference, LossForm.Tokens)]
    [InlineData(EngineKind.Reference, LossForm.Choices)]
    [InlineData(EngineKind.Reference, LossForm.ChoiceSequences)]
    [InlineData(EngineKind.OnnxRuntime, LossForm.Tokens)]
    [InlineData(EngineKind.OnnxRuntime, LossForm.Choices)]
    [InlineData(EngineKind.OnnxRuntime, LossForm.ChoiceSequences)]
    public void Losses_far_beyond_the_logarithm_of_a_guard_are_exact(EngineKind engine, LossForm loss)
    {
        // Logits of hundreds: probabilities below 1e-100, exponentials beyond the largest fp32 number.
        var model = new TinyLlama(tied: false);
        var head = model.Values("lm_head.weight");
        for (var i = 0; i < head.Length; i++)
        {
            head[i] *= 200;
        }

        using var tiny = new TinyStep(engine, loss, PromptForm.Tokens, model);
        var request = tiny.Request(CopyPlan.Create(EstimatorMode.TwoSided, 3));
        var losses = tiny.Objective(2).Losses(request);
        var examples = tiny.Order(2).IndicesOf(request.Step).Select(index => tiny.Examples[index]).ToArray();
        var oracle = new SequentialObjective((_, _, b) => (float)tiny.Oracle.Loss(loss, examples, b.ToArray())).Losses(request);
        Assert.All(losses, value => Assert.True(float.IsFinite(value) && value > 30, $"loss {value}"));
        Assert.Equal(oracle, losses, (x, y) => Math.Abs(x - y) <= 1e-5 * (1 + Math.Abs(x)));
    }
}
