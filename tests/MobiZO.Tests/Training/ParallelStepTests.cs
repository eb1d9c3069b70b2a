using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Training;

/// <summary>All copies in one run, in micro-batches, one after another, and a plain forward in double: the same losses and the same update.</summary>
public sealed class ParallelStepTests
{
    private const int Queries = 3;
    private const int ExamplesPerCopy = 2;
    private const float LearningRate = 0.01f;

    public static TheoryData<EngineKind, StepLossKind, PrefixKind, EstimatorMode, bool, int, bool> Cases()
    {
        var cases = new TheoryData<EngineKind, StepLossKind, PrefixKind, EstimatorMode, bool, int, bool>();
        foreach (var engine in Enum.GetValues<EngineKind>())
        {
            foreach (var loss in Enum.GetValues<StepLossKind>())
            {
                foreach (var prompt in new[] { PrefixKind.Tokens, PrefixKind.KeyValues })
                {
                    foreach (var mode in new[] { EstimatorMode.TwoSided, EstimatorMode.OneSided })
                    {
                        foreach (var ownExamples in new[] { false, true })
                        {
                            cases.Add(engine, loss, prompt, mode, ownExamples, 4, false);
                            cases.Add(engine, loss, prompt, mode, ownExamples, 2, false);
                            if (prompt == PrefixKind.KeyValues)
                            {
                                cases.Add(engine, loss, prompt, mode, ownExamples, 2, true);
                            }
                        }
                    }
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Copies_side_by_side_equal_copies_one_after_another(EngineKind engine, StepLossKind loss, PrefixKind prompt, EstimatorMode mode, bool ownExamples, int keyValueHeads, bool hasSingleTokens)
    {
        using var tiny = new TinyStep(engine, loss, prompt, new TinyLlama(heads: 4, keyValueHeads: keyValueHeads, bias: ownExamples, tied: !ownExamples), hasSingleTokens: hasSingleTokens);
        var plan = CopyPlan.Create(mode, Queries, ownExamples);
        var request = tiny.Request(plan);
        var perStep = ExamplesPerCopy * (ownExamples ? Queries : 1);
        var parallel = tiny.Objective(perStep).Losses(request);

        var indices = tiny.Order(perStep).IndicesOf(request.Step);
        PromptExample[] ExamplesOf(int query) => [.. (ownExamples ? indices.Skip(query * ExamplesPerCopy).Take(ExamplesPerCopy) : indices).Select(index => tiny.Examples[index])];
        var one = new OneCopy(tiny);
        var sequential = new SequentialObjective((_, query, b) => one.Loss(ExamplesOf(query), b.ToArray())).Losses(request);
        AssertClose(sequential, parallel, 1e-5, "one after another");

        var oracle = new SequentialObjective((_, query, b) => (float)tiny.Oracle.Loss(loss, ExamplesOf(query), b.ToArray())).Losses(request);
        AssertClose(oracle, parallel, 1e-5, "plain forward in double");
        Assert.Equal(NextB(tiny, request, sequential), NextB(tiny, request, parallel), (x, y) => Math.Abs(x - y) <= 1e-5);

        // The largest size that still cuts, and one copy (or query) at a time.
        var largest = tiny.Examples.Max(example => example.Prompt.Length + 2) * ExamplesPerCopy * 3;
        foreach (var size in new[] { 1, largest })
        {
            var objective = tiny.Objective(perStep, size);
            AssertClose(parallel, objective.Losses(request), 1e-6, $"micro-batches of {size} tokens");
            Assert.True(objective.LastRunCount > 1 || size > 1);
        }

        var copyByCopy = tiny.Objective(perStep, isSequential: true);
        AssertClose(parallel, copyByCopy.Losses(request), 1e-6, "an engine run for every copy");
        Assert.Equal(plan.Count, copyByCopy.LastRunCount);
    }

    /// <summary>If copies did not differ, or examples were mixed up between copies, the comparison above could pass for nothing.</summary>
    [Theory]
    [InlineData(EngineKind.Reference)]
    [InlineData(EngineKind.OnnxRuntime)]
    public void Losses_differ_between_copies_and_between_the_examples_of_queries(EngineKind engine)
    {
        using var tiny = new TinyStep(engine);
        var losses = tiny.Objective(Queries).Losses(tiny.Request(CopyPlan.Create(EstimatorMode.OneSided, Queries, ownExamples: true)));
        Assert.Equal(losses.Length, losses.Distinct().Count());
        Assert.True(losses[..Queries].Max() - losses[..Queries].Min() > 1e-2, "clean copies of different examples");
        Assert.All(Enumerable.Range(0, Queries), query => Assert.True(Math.Abs(losses[query] - losses[Queries + query]) > 1e-5));
    }

    private static float[] NextB(TinyStep tiny, StepRequest request, float[] losses)
    {
        var b = tiny.B.ToArray();
        AdapterUpdate.Apply(b, Memory<float>.Empty, request.Noise, ProjectedGradients.Compute(request.Plan, losses, request.Epsilon), LearningRate);
        return b;
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs((double)expected[i] - actual[i]) <= tolerance, $"{what}: copy {i} of {expected.Length}: {expected[i]:R} and {actual[i]:R}, tolerance {tolerance:g2}");
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
            var inputs = new Dictionary<string, HostTensor>(StepFeed.Create(_tiny.Loss, examples, 1, 1).Inputs)
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
