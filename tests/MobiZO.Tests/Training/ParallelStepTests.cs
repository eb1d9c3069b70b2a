using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Optimization;

namespace MobiZO.Tests.Training;

/// <summary>
/// All copies in one run, in micro-batches, one after another, and a plain forward in double: the same losses and the same update.
/// </summary>
public sealed class ParallelStepTests
{
    private const int Queries = 3;
    private const int ExamplesPerStep = 2;
    private const float LearningRate = 0.01f;
    private const float Tolerance = 1e-5f;

    /// <summary>How far apart copies must lie, so that mixed up or unperturbed ones cannot pass within the tolerance.</summary>
    private const float Apart = 100 * Tolerance;

    public static TheoryData<string, StepLossKind, PrefixKind, EstimatorKind, bool, bool> Cases()
    {
        var cases = new TheoryData<string, StepLossKind, PrefixKind, EstimatorKind, bool, bool>();
        foreach (var engine in EngineCatalog.Names)
        {
            foreach (var loss in Enum.GetValues<StepLossKind>())
            {
                foreach (var prompt in new[] { PrefixKind.Tokens, PrefixKind.KeyValues })
                {
                    foreach (var estimator in Enum.GetValues<EstimatorKind>().Where(kind => kind.IsRandom()))
                    {
                        foreach (var isGrouped in new[] { false, true })
                        {
                            cases.Add(engine, loss, prompt, estimator, isGrouped, false);
                        }

                        if (prompt == PrefixKind.KeyValues)
                        {
                            cases.Add(engine, loss, prompt, estimator, true, true);
                        }
                    }
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Copies_side_by_side_equal_copies_one_after_another(
        string engine,
        StepLossKind loss,
        PrefixKind prompt,
        EstimatorKind estimator,
        bool isGrouped,
        bool hasSingleTokens
    )
    {
        var model = new TinyLlama(heads: 4, keyValueHeads: isGrouped ? 2 : 4, bias: isGrouped, tied: !isGrouped);
        using var tiny = new TinyStep(engine, loss, prompt, model, hasSingleTokens: hasSingleTokens);
        var plan = CopyPlan.Create(estimator, Queries);
        var request = tiny.Request(plan);
        var whole = tiny.Objective(ExamplesPerStep);
        var parallel = whole.Losses(request);
        Assert.Equal(1, whole.LastRunCount);

        PromptExample[] examples = [.. tiny.Order(ExamplesPerStep).IndicesOf(request.Step).Select(index => tiny.Examples[index])];
        var one = new OneCopy(tiny);
        var sequential = new SequentialObjective((_, _, b) => one.Loss(examples, b.ToArray())).Losses(request);
        Assert.True(ClosestPair(sequential) > Apart, $"two of the copies lie only {ClosestPair(sequential):g3} apart");
        AssertClose(sequential, parallel, Tolerance, "one after another");

        var oracle = new SequentialObjective((_, _, b) => (float)tiny.Oracle.Loss(loss, examples, b.ToArray())).Losses(request);
        AssertClose(oracle, parallel, Tolerance, "plain forward in double");
        var next = NextB(tiny, request, sequential);
        Assert.True(next.Zip(tiny.B, (x, y) => Math.Abs(x - y)).Max() > Apart, "the step moves B");
        Assert.Equal(next, NextB(tiny, request, parallel), (x, y) => Math.Abs(x - y) <= Tolerance);

        // One copy a run, and three: the sizes that micro-batches are cut to.
        var tokens = examples.Max(RowTokens) * ExamplesPerStep * examples.Max(example => StepFeed.RowsOf(loss, example));
        foreach (var (size, runs) in new[] { (1, plan.Count), (3 * tokens, (plan.Count + 2) / 3) })
        {
            var objective = tiny.Objective(ExamplesPerStep, size);
            AssertClose(parallel, objective.Losses(request), 1e-6, $"micro-batches of {size} tokens");
            Assert.Equal(runs, objective.LastRunCount);
        }

        // Slices of the copies, as processes evaluate them that know the step, the seed and B.
        AssertClose(parallel, new CopyByCopy(tiny.Objective(ExamplesPerStep)).Losses(request), 1e-6, "copies evaluated by themselves");
        var slices = new[] { plan.Slice(..2), plan.Slice(2..^1), plan.Slice(^1..) };
        float[] joined = [.. slices.SelectMany(slice => tiny.Objective(ExamplesPerStep).Losses(tiny.Request(slice)))];
        AssertClose(parallel, joined, 1e-6, "slices joined");
    }

    /// <summary>What a step evaluates depends on the copy and on the step.</summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void Losses_differ_between_copies_and_between_steps(string engine)
    {
        using var tiny = new TinyStep(engine);
        var plan = CopyPlan.Create(EstimatorKind.OneSidedNormalized, Queries);
        var losses = tiny.Objective(ExamplesPerStep).Losses(tiny.Request(plan));
        Assert.True(ClosestPair(losses) > Apart, $"two of the copies lie only {ClosestPair(losses):g3} apart");
        Assert.True(
            Math.Abs(losses[0] - tiny.Objective(ExamplesPerStep).Losses(tiny.Request(plan, step: 4))[0]) > 1e-2,
            "clean copies of different examples"
        );
    }

    /// <summary>The smallest distance between the losses of two copies.</summary>
    private static float ClosestPair(float[] losses)
    {
        var sorted = losses.Order().ToArray();
        return sorted.Zip(sorted[1..], (lower, higher) => higher - lower).Min();
    }

    private static int RowTokens(PromptExample example) =>
        example.Rows.Count > 0
            ? example.Prompt.Length - example.SuffixStart + example.Rows[0].Tokens.Length
            : example.Prompt.Length - example.SuffixStart + Answer(example) - 1;

    private static int Answer(PromptExample example) =>
        (example.Choices.Length > 0 ? example.Choices.Max(choice => choice.Length) : example.Answer.Length);

    private static float[] NextB(TinyStep tiny, StepRequest request, float[] losses)
    {
        var b = tiny.B.ToArray();
        AdapterUpdate.Apply(
            b,
            Memory<float>.Empty,
            request.Noise,
            ProjectedGradients.Compute(request.Plan, losses, request.Epsilon),
            LearningRate
        );
        return b;
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs((double)expected[i] - actual[i]) <= tolerance,
                $"{what}: copy {i} of {expected.Length}: {expected[i]:R} and {actual[i]:R}, tolerance {tolerance:g2}"
            );
        }
    }

    /// <summary>The step program with a stack of one unperturbed copy.</summary>
    private sealed class OneCopy
    {
        private readonly TinyStep _tiny;
        private readonly IProgramSession _step;
        private readonly IProgramSession? _prefix;

        public OneCopy(TinyStep tiny)
        {
            _tiny = tiny;
            _step = tiny.Load(tiny.Model.Assembler.Step(tiny.Options()));
            _prefix = tiny.Prompt == PrefixKind.KeyValues ? tiny.Load(tiny.Model.Assembler.Prefix(PrefixKind.KeyValues)) : null;
        }

        public float Loss(PromptExample[] examples, float[] b)
        {
            var inputs = new Dictionary<string, HostTensor>(StepFeed.Create(_tiny.Loss, examples, 1).Inputs)
            {
                [ProgramNames.AdapterA] = HostTensor.Of(_tiny.A, _tiny.A.Length),
                [ProgramNames.AdapterB] = HostTensor.Of(b, b.Length),
                [ProgramNames.Noise] = HostTensor.Of(new float[b.Length], 1, b.Length),
                [ProgramNames.QueryIndex] = HostTensor.Of([0L], 1),
                [ProgramNames.Coefficients] = HostTensor.Of([0f], 1),
            };
            if (_prefix is not null)
            {
                var prompts = PrefixFeed.Run(_prefix, [.. examples.Select(example => example.Prompt[..example.SuffixStart])]);
                PromptKeyValues.AddTo(inputs, prompts, _tiny.Model.Config.KeyValueHeadCount, _tiny.Model.Config.HeadDimension);
            }

            return _step.Run(inputs)[ProgramNames.Losses].Floats.Single();
        }
    }
}
