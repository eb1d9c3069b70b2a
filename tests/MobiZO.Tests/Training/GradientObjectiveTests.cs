using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class GradientObjectiveTests
{
    private const int ExamplesPerStep = 5;

    private static readonly CopyPlan s_clean = CopyPlan.Create(EstimatorKind.Reverse, 31);

    [Theory]
    [InlineData(StepLossKind.Tokens, PrefixKind.Tokens)]
    [InlineData(StepLossKind.Tokens, PrefixKind.KeyValues)]
    [InlineData(StepLossKind.Choices, PrefixKind.KeyValues)]
    [InlineData(StepLossKind.ChoiceSequences, PrefixKind.KeyValues)]
    [InlineData(StepLossKind.Tokens, PrefixKind.Hidden)]
    public void Micro_batches_have_the_gradient_of_the_whole_step(StepLossKind loss, PrefixKind prompt)
    {
        using var tiny = new TinyStep(EngineCatalog.Reference, loss, prompt, hasSingleTokens: loss == StepLossKind.Choices);
        var whole = Objective(tiny, Room(tiny, megabytes: 1000));
        var cut = Objective(tiny, Room(tiny, megabytes: 0));
        var (wholeLoss, expected) = whole.LossAndGradient(tiny.Request(s_clean));
        var (cutLoss, gradient) = cut.LossAndGradient(tiny.Request(s_clean));
        Assert.Equal((1, ExamplesPerStep), (whole.LastRunCount, cut.LastRunCount));
        Assert.Equal(wholeLoss, cutLoss, 1e-5f);
        Assert.Contains(expected, value => Math.Abs(value) > 1e-4);
        var scale = expected.Max(Math.Abs);
        for (var k = 0; k < expected.Length; k++)
        {
            Assert.Equal(expected[k], gradient[k], scale * 1e-5f);
        }

        // The clean copy of the step programs has the same loss.
        Assert.Equal(
            tiny.Objective(ExamplesPerStep).Losses(tiny.Request(CopyPlan.Create(EstimatorKind.OneSidedNormalized, 2)))[0],
            wholeLoss,
            1e-5f
        );
    }

    /// <summary>A guided copy alone is cut over rows too: its loss and its direction are means over them.</summary>
    [Theory]
    [InlineData(StepLossKind.Tokens, PrefixKind.Tokens)]
    [InlineData(StepLossKind.Tokens, PrefixKind.KeyValues)]
    [InlineData(StepLossKind.ChoiceSequences, PrefixKind.KeyValues)]
    public void Micro_batches_have_the_broadcast_direction_of_the_whole_step(StepLossKind loss, PrefixKind prompt)
    {
        using var tiny = new TinyStep(EngineCatalog.Reference, loss, prompt, hasSingleTokens: false);
        ModelObjective Guided(GradientRoom? room) =>
            new(
                StepPrograms.ForHost(tiny.Load(tiny.Model.Assembler.Step(tiny.Options() with { Broadcast = true }))),
                tiny.Loss,
                tiny.A,
                tiny.Examples,
                tiny.Order(ExamplesPerStep),
                tiny.Prompts(),
                int.MaxValue,
                LengthGrid.Exact,
                room
            );
        var (whole, cut) = (Guided(null), Guided(Room(tiny, megabytes: 0)));
        var request = tiny.Request(CopyPlan.Create(EstimatorKind.Guided, 0));
        var (wholeLosses, expected) = whole.LossesAndBroadcast(request);
        cut.Rehearse(request);
        Assert.Equal((1, ExamplesPerStep), (whole.LastRunCount, cut.LastRunCount));
        var (cutLosses, direction) = cut.LossesAndBroadcast(request);
        Assert.Equal(Assert.Single(wholeLosses), Assert.Single(cutLosses), 1e-5f);
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 1e-4);
        Assert.All(expected.Zip(direction), pair => Assert.Equal(pair.First, pair.Second, scale * 1e-5f));
    }

    [Fact]
    public void Rows_of_like_length_share_a_run_within_the_budget()
    {
        using var tiny = new TinyStep(EngineCatalog.Reference);
        var room = Room(tiny, megabytes: 0);
        int[] indices = [3, 0, 7, 3];
        Assert.All(room.Cut(StepLossKind.Tokens, tiny.Examples, indices, LengthGrid.Exact), part => Assert.Single(part));
        var parts = room.Cut(StepLossKind.Tokens, tiny.Examples, indices, LengthGrid.Exact).SelectMany(part => part).ToArray();
        Assert.Equal(indices.Order(), parts.Order());
        Assert.Equal(parts.OrderBy(index => tiny.Examples[index].Prompt.Length + tiny.Examples[index].Answer.Length), parts);
        Assert.Single(Room(tiny, megabytes: 1000).Cut(StepLossKind.Tokens, tiny.Examples, indices, LengthGrid.Exact));

        // Cached prompts count where they are said to, and then their lengths decide what lies together.
        GradientRoom Counting(int cachedValues) =>
            new(tiny.Model.Config, tiny.Adapter.Modules.Min(module => module.Layer), isWholeVocabulary: true, megabytes: 1, cachedValues);
        PromptExample[] cached = [.. tiny.Examples.Select(example => example with { SuffixStart = example.Prompt.Length - 1 })];
        int[][] Cut(int cachedValues) => [.. Counting(cachedValues).Cut(StepLossKind.Tokens, cached, indices, LengthGrid.Exact)];
        Assert.Single(Cut(0));
        var single = Cut(1 << 20);
        Assert.All(single, part => Assert.Single(part));
        Assert.Equal(single.OrderBy(part => cached[part[0]].SuffixStart), single);
        Assert.Equal(indices.Order(), single.SelectMany(part => part).Order());

        // What a step needs, and not the whole budget; a step that needs more is cut, but no row.
        long Most(int megabytes, int perStep) =>
            Room(tiny, megabytes).MostBytes(StepLossKind.Tokens, tiny.Examples, perStep, LengthGrid.Exact);
        var one = Most(0, 1);
        Assert.True(one > 0);
        Assert.Equal((one, 3 * one), (Most(0, 3), Most(1000, 3)));
        Assert.Equal(1000L << 20, Most(1000, int.MaxValue));
    }

    [Fact]
    public void Perturbed_copies_are_refused()
    {
        using var tiny = new TinyStep(EngineCatalog.Reference);
        Assert.Throws<ArgumentException>(() =>
            Objective(tiny, Room(tiny, 1)).Losses(tiny.Request(CopyPlan.Create(EstimatorKind.OneSidedNormalized, 2)))
        );
    }

    private static GradientRoom Room(TinyStep tiny, int megabytes) =>
        new(tiny.Model.Config, tiny.Adapter.Modules.Min(module => module.Layer), isWholeVocabulary: true, megabytes);

    private static GradientObjective Objective(TinyStep tiny, GradientRoom room) =>
        new(
            tiny.Load(tiny.Model.Assembler.Gradient(tiny.Options())),
            tiny.Loss,
            tiny.A,
            tiny.Examples,
            tiny.Order(ExamplesPerStep),
            tiny.Prompts(),
            room,
            LengthGrid.Exact
        );
}
