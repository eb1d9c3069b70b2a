using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class ChosenEstimatorTests
{
    private static readonly EngineTraits s_forward = new()
    {
        AreRowsIndependent = true,
        AreCopiesIndependent = true,
        Numerics = "",
        HasGradients = false,
    };

    [Fact]
    public void The_engine_decides_what_nothing_else_does()
    {
        using var run = new TinyRun();
        var options = run.Options with { Optimizer = new OptimizerOptions() };
        var (chosen, why) = ChosenEstimator.Of(options, s_forward with { HasGradients = true }, "engine", isFreeText: false);
        Assert.Equal(EstimatorKind.Reverse, chosen.Optimizer.Estimator);
        Assert.StartsWith("Estimator reverse: ", why, StringComparison.Ordinal);
        (chosen, why) = ChosenEstimator.Of(options, s_forward, "engine", isFreeText: false);
        Assert.Equal(EstimatorKind.OneSidedNormalized, chosen.Optimizer.Estimator);
        Assert.Equal("Estimator one-sided-normalized: engine runs forward passes only.", why);
        (chosen, why) = ChosenEstimator.Of(options, s_forward, "engine", isFreeText: true);
        Assert.Equal(EstimatorKind.Guided, chosen.Optimizer.Estimator);
        Assert.StartsWith("Estimator guided: engine runs forward passes only, ", why, StringComparison.Ordinal);
        var elsewhere = options with { Adapter = options.Adapter with { TargetModules = "q_proj" } };
        (chosen, _) = ChosenEstimator.Of(elsewhere, s_forward, "engine", isFreeText: true);
        Assert.Equal(EstimatorKind.OneSidedNormalized, chosen.Optimizer.Estimator);
    }

    [Fact]
    public void An_exact_gradient_that_the_engine_cannot_run_is_refused()
    {
        using var run = new TinyRun();
        var options = run.Options with { Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse } };
        var error = Assert.Throws<FineTuneException>(() => ChosenEstimator.Of(options, s_forward, "engine", isFreeText: false));
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.Contains("engine runs forward passes only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_both_kinds_are_refused_before_any_work()
    {
        using var run = new TinyRun();
        OptimizerOptions[] settings = [new() { Queries = 7, Kind = OptimizerKind.AdamW }, new() { Epsilon = 0.1f, WeightDecay = 0.5f }];
        Assert.All(
            settings,
            optimizer =>
            {
                var options = run.Options with { Optimizer = optimizer };
                Assert.Empty(options.Validate());
                var error = Assert.Throws<FineTuneException>(() =>
                    ChosenEstimator.Of(options, s_forward with { HasGradients = true }, "engine", isFreeText: false)
                );
                Assert.Contains("is of random directions, and then settings do not fit", error.Message, StringComparison.Ordinal);
            }
        );
        var (_, why) = ChosenEstimator.Of(
            run.Options with
            {
                Optimizer = new OptimizerOptions { LearningRate = 0.3f },
            },
            s_forward with
            {
                HasGradients = true,
            },
            "engine",
            isFreeText: false
        );
        Assert.Contains("The learning rate 0.3 is AdamW's here", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_random_directions_decide_for_them()
    {
        using var run = new TinyRun();
        OptimizerOptions[] settings =
        [
            new() { Queries = 7 },
            new() { Epsilon = 0.1f },
            new() { Noise = NoiseKind.Gaussian },
            new() { ProbeLearningRate = true },
            new() { Momentum = 0.5f },
        ];
        Assert.All(settings, optimizer => Assert.Equal(EstimatorKind.OneSidedNormalized, Of(run.Options with { Optimizer = optimizer })));
        Assert.Equal(
            EstimatorKind.OneSidedNormalized,
            Of(run.Options with { Optimizer = new OptimizerOptions(), Update = UpdatePlace.Engine })
        );
        Assert.Equal(
            EstimatorKind.Reverse,
            Of(
                run.Options with
                {
                    Optimizer = new OptimizerOptions { Momentum = 0.5f, Kind = OptimizerKind.Sgd },
                }
            )
        );

        static EstimatorKind Of(FineTuneOptions options) =>
            ChosenEstimator.Of(options, s_forward with { HasGradients = true }, "", isFreeText: false).Options.Optimizer.Estimator;
    }

    /// <summary>
    /// The files of a run leave nothing open, so that a later default cannot change what they say; exact gradients have no queries.
    /// </summary>
    [Theory]
    [InlineData(EstimatorKind.Guided, 0)]
    [InlineData(EstimatorKind.OneSidedNormalized, OptimizerOptions.DefaultQueries)]
    [InlineData(EstimatorKind.Reverse, null)]
    public async Task A_run_keeps_the_queries_that_were_decided(EstimatorKind estimator, int? queries)
    {
        using var run = new TinyRun();
        await run.TrainAsync(options =>
            options with
            {
                Optimizer = new OptimizerOptions { Estimator = estimator },
                Steps = 1,
                EvalData = null,
            }
        );
        Assert.Equal(queries, new RunFolder(run.At("run")).ReadConfig().Optimizer.Queries);
    }

    /// <summary>Guided steps follow AdamW too, and their default is another one.</summary>
    [Fact]
    public void A_rate_of_random_directions_is_told_where_guided_steps_are_chosen()
    {
        using var run = new TinyRun();
        var options = run.Options with { Optimizer = new OptimizerOptions { LearningRate = 0.3f } };
        var (chosen, why) = ChosenEstimator.Of(options, s_forward, "engine", isFreeText: true);
        Assert.Equal(EstimatorKind.Guided, chosen.Optimizer.Estimator);
        Assert.Contains("The learning rate 0.3 is AdamW's here, whose default is 0.01;", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_says_what_was_chosen_and_keeps_it()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        var notes = new List<string>();
        await run.TrainAsync(
            options => options with { Optimizer = new OptimizerOptions(), ExamplesPerStep = null },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Contains(notes, note => note.StartsWith("Estimator reverse: ", StringComparison.Ordinal));
        var header = run.Journal().Header;
        Assert.Equal(
            (EstimatorKind.Reverse, OptimizerOptions.AdamWLearningRate, "10"),
            (header.Optimizer.Estimator, header.Optimizer.RateOrDefault, header.Properties["examples_per_step"])
        );
    }
}
