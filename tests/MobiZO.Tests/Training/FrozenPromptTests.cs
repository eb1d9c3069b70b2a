using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Optimization;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>The frozen part of prompts in whole steps and whole runs.</summary>
public sealed class FrozenPromptTests
{
    private const int Examples = 4;

    public static TheoryData<string, StepLossKind> Losses =>
        new()
        {
            { EngineCatalog.Reference, StepLossKind.Tokens },
            { EngineCatalog.Reference, StepLossKind.Choices },
            { EngineCatalog.Reference, StepLossKind.ChoiceSequences },
            { EngineCatalog.OnnxRuntime, StepLossKind.Tokens },
            { EngineCatalog.OnnxRuntime, StepLossKind.Choices },
            { EngineCatalog.OnnxRuntime, StepLossKind.ChoiceSequences },
        };

    /// <summary>Adapters in the top layers: a step that starts from stored hidden states has the losses of the whole step.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void Hidden_states_give_the_losses_of_the_whole_step(string engine, StepLossKind loss)
    {
        var model = new TinyLlama(layers: 4);
        var adapter = new AdapterLayout(2, 2, [.. model.Assembler.LinearModules.Where(module => module.Layer >= 2)]);
        var plan = CopyPlan.Create(EstimatorKind.TwoSided, 3);
        foreach (var maxTokens in new[] { int.MaxValue, 30 })
        {
            using var whole = new TinyStep(engine, loss, PrefixKind.Tokens, model, adapter);
            using var top = new TinyStep(engine, loss, PrefixKind.Hidden, model, adapter);
            var expected = whole.Objective(Examples, maxTokens).Losses(whole.Request(plan));
            var actual = top.Objective(Examples, maxTokens).Losses(top.Request(plan));
            Assert.Equal(expected, actual, (x, y) => Math.Abs(x - y) <= 2e-5);
            Assert.Equal(6, expected.Distinct().Count());
        }
    }

    /// <summary>
    /// Behind cached prompts the layers below the adapter are computed for one copy, or what leaves them is cached as well: every copy has
    /// the losses it has when it computes them itself.
    /// </summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void Layers_that_copies_share_give_the_losses_of_the_whole_step(string engine, StepLossKind loss)
    {
        var model = new TinyLlama(layers: 4);
        var adapter = new AdapterLayout(2, 2, [.. model.Assembler.LinearModules.Where(module => module.Layer >= 2)]);
        foreach (var (hasSingleTokens, startsAbove) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            foreach (
                var (estimator, maxTokens) in new[]
                {
                    (EstimatorKind.TwoSided, int.MaxValue),
                    (EstimatorKind.OneSidedNormalized, int.MaxValue),
                    (EstimatorKind.TwoSided, 30),
                }
            )
            {
                var plan = CopyPlan.Create(estimator, 3);
                using var whole = new TinyStep(
                    engine,
                    loss,
                    PrefixKind.KeyValues,
                    model,
                    adapter,
                    hasSingleTokens: hasSingleTokens,
                    sharesLayers: false
                );
                using var upper = new TinyStep(
                    engine,
                    loss,
                    PrefixKind.KeyValues,
                    model,
                    adapter,
                    hasSingleTokens: hasSingleTokens,
                    startsAbove: startsAbove
                );
                Assert.Equal((0, 0), (whole.Options().FirstLayer, whole.Options().SharedLayers));
                Assert.Equal(startsAbove ? (2, 0) : (0, 2), (upper.Options().FirstLayer, upper.Options().SharedLayers));
                var expected = whole.Objective(Examples, maxTokens).Losses(whole.Request(plan));
                var actual = upper.Objective(Examples, maxTokens).Losses(upper.Request(plan));
                Assert.Equal(expected, actual, (x, y) => Math.Abs(x - y) <= 2e-5);
                Assert.Equal(
                    expected,
                    new CopyByCopy(upper.Objective(Examples, maxTokens)).Losses(upper.Request(plan)),
                    (x, y) => Math.Abs(x - y) <= 2e-5
                );
                Assert.Equal(plan.Count, expected.Distinct().Count());

                var update = new EngineUpdate(estimator, 3);
                var next = upper.Objective(Examples, maxTokens, update).LossesAndUpdate(upper.Request(plan), 0.01f).B;
                var right = whole.Objective(Examples, maxTokens, update).LossesAndUpdate(whole.Request(plan), 0.01f).B;
                Assert.Equal(right, next, (x, y) => Math.Abs(x - y) <= UpdateTolerance(estimator));
            }
        }
    }

    [Theory]
    [InlineData(AdapterScope.Activated, "all")]
    [InlineData(AdapterScope.Activated, "upper-half")]
    [InlineData(AdapterScope.All, "top-1")]
    public async Task Another_run_on_the_same_rows_computes_no_prompt(AdapterScope scope, string layers)
    {
        using var run = new TinyRun();
        async Task<List<PrefixCachePlan>> Train(string name, ulong seed, bool hasFile = true)
        {
            var plans = new List<PrefixCachePlan>();
            await run.TrainAsync(
                options =>
                    Scoped(options, scope, layers) with
                    {
                        Output = run.At(name),
                        Seed = seed,
                        PrefixCacheFile = hasFile,
                        TestData = run.At("test.jsonl"),
                    },
                happened => plans.AddRange(happened is PrefixesPlanned planned ? [planned.Plan] : [])
            );
            return plans;
        }

        Assert.Equal([(0, 10), (0, 6), (0, 5)], (await Train("first", 42)).Select(plan => (plan.Found, plan.Computed)));
        Assert.Equal([(10, 0), (6, 0), (5, 0)], (await Train("second", 42)).Select(plan => (plan.Found, plan.Computed)));
        Assert.Equal([(10, 0), (6, 0), (5, 0)], (await Train("other", 43)).Select(plan => (plan.Found, plan.Computed)));
        Assert.All(await Train("memory", 42, hasFile: false), plan => Assert.Equal(0, plan.Found));
        Assert.Equal(run.AdapterBytes("first"), run.AdapterBytes("second"));
        Assert.Equal(run.AdapterBytes("first"), run.AdapterBytes("memory"));
    }

    [Theory]
    [InlineData(EngineCatalog.Reference, AdapterScope.Activated, "all")]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.Activated, "all")]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.Activated, "upper-half")]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.All, "top-1")]
    public async Task A_run_goes_on_to_the_same_bits_with_and_without_its_cache_files(string engine, AdapterScope scope, string layers)
    {
        using var run = new TinyRun(engine);
        await run.TrainAsync(options => Scoped(options, scope, layers) with { Output = run.At("whole") });
        foreach (var name in new[] { "kept", "deleted", "memory", "computed" })
        {
            await run.TrainUntilAsync(3, options => Scoped(options, scope, layers) with { Output = run.At(name) });
            if (name == "deleted")
            {
                Directory.Delete(run.At("cache", "prompts"), recursive: true);
            }

            await run.TrainAsync(options =>
                Scoped(options, scope, layers) with
                {
                    Output = run.At(name),
                    Resume = true,
                    PrefixCacheFile = name is "kept" or "deleted",
                    PrefixCacheMegabytes = name == "computed" ? 0 : 100,
                }
            );
            Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes(name));
            Assert.Equal(
                run.Journal("whole").Entries.Select(entry => entry.Losses),
                run.Journal(name).Entries.Select(entry => entry.Losses)
            );
        }
    }

    [Fact]
    public async Task Another_type_is_another_run()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(3);
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => options with { Resume = true, PrefixCacheType = PrefixCacheType.Fp32 })
        );
        Assert.Contains("prefix: \"Fp16 from layer 1\" / \"Fp32 from layer 1\"", error.Message);
    }

    [Fact]
    public async Task The_journal_names_the_layer_that_steps_start_with()
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => Scoped(options, AdapterScope.Activated, "upper-half") with { Output = run.At("upper"), Steps = 1 });
        await run.TrainAsync(options => Scoped(options, AdapterScope.Activated, "all") with { Output = run.At("all"), Steps = 1 });
        Assert.Equal(
            ("Fp16 from layer 1", "Fp16"),
            (run.Journal("upper").Header.Properties["prefix"], run.Journal("all").Header.Properties["prefix"])
        );
    }

    [Fact]
    public async Task A_plan_computes_only_what_the_measured_step_needs()
    {
        using var run = new TinyRun();
        var plan = await new FineTuner(run.Options).PlanAsync();
        Assert.Equal((0, 16), (plan.PrefixCache!.Found, plan.PrefixCache.Computed));
        Assert.True(plan.PrefixCache!.Seconds > 0);
        Assert.True(plan.PrefixCache!.Bytes > 0);
        Assert.False(Directory.Exists(run.At("cache", "prompts")));
        Assert.Null(
            (
                await new FineTuner(run.Options with { Adapter = run.Options.Adapter with { Scope = AdapterScope.All } }).PlanAsync()
            ).PrefixCache
        );
    }

    // Normalised gradients divide losses that differ in the last bits by their small spread.
    private static double UpdateTolerance(EstimatorKind estimator) => estimator == EstimatorKind.TwoSided ? 2e-5 : 2e-4;

    private static FineTuneOptions Scoped(FineTuneOptions options, AdapterScope scope, string layers) =>
        options with
        {
            Adapter = options.Adapter with { Scope = scope, Layers = layers },
        };
}
