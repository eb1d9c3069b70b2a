using MobiZO.Adapters;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class ReverseRunTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference, OptimizerKind.AdamW, LossKind.Choices, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, OptimizerKind.AdamW, LossKind.Tokens, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, OptimizerKind.Sgd, LossKind.Choices, AdapterScope.All)]
    public async Task A_run_learns_its_rows(string engine, OptimizerKind kind, LossKind loss, AdapterScope scope)
    {
        using var run = NewRun(engine, kind);
        var result = await run.TrainAsync(options =>
            options with
            {
                Steps = 40,
                EvalData = options.TrainData,
                EvalEvery = 0,
                Loss = loss,
                Adapter = options.Adapter with { Scope = scope, Rank = 4 },
            }
        );
        double LossOf(EvaluationPoint point) => loss == LossKind.Tokens ? point.TokenLoss : point.ChoiceLoss!.Value;
        var (before, after) = (LossOf(result.Evaluations[0]), LossOf(result.Evaluations[^1]));
        Assert.True(after < 0.7 * before, $"{before} -> {after}");
    }

    [Theory]
    [InlineData(EstimatorKind.Reverse, OptimizerKind.AdamW)]
    [InlineData(EstimatorKind.Reverse, OptimizerKind.Sgd)]
    [InlineData(EstimatorKind.Guided, null)]
    public async Task A_run_stopped_after_any_step_ends_with_the_same_bytes(EstimatorKind estimator, OptimizerKind? kind)
    {
        using var run = NewRun(EngineCatalog.Reference, kind ?? OptimizerKind.AdamW);
        if (estimator == EstimatorKind.Guided)
        {
            run.Options = run.Options with
            {
                Optimizer = new OptimizerOptions { Estimator = estimator, Queries = 3 },
            };
        }

        await run.TrainAsync(options => options with { Output = run.At("whole") });
        for (var step = 1; step <= 7; step += 2)
        {
            var name = $"stopped-{step}";
            await run.TrainUntilAsync(step, options => options with { Output = run.At(name) });
            File.Delete(run.At(name, "checkpoint.safetensors"));
            await run.TrainAsync(options => options with { Output = run.At(name), Resume = true });
            Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes(name));
            Assert.Equal(File.ReadAllBytes(run.At("whole", GradientFile.Name)), File.ReadAllBytes(run.At(name, GradientFile.Name)));
        }
    }

    /// <summary>The moments of a checkpoint, of exact gradients and of guided steps with and without random directions.</summary>
    [Theory]
    [InlineData(EstimatorKind.Reverse, 31, EngineCatalog.Reference)]
    [InlineData(EstimatorKind.Guided, 0, EngineCatalog.Reference)]
    [InlineData(EstimatorKind.Guided, 3, EngineCatalog.OnnxRuntime)]
    public async Task A_run_goes_on_from_its_checkpoint(EstimatorKind estimator, int queries, string engine)
    {
        using var run = NewRun(engine);
        run.Options = run.Options with
        {
            Optimizer = new OptimizerOptions { Estimator = estimator, Queries = queries },
        };
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(4);
        await run.TrainAsync(options =>
            options with
            {
                Resume = true,
                Optimizer = queries == 0 ? options.Optimizer : new OptimizerOptions { Queries = queries },
            }
        );
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.True(RunReplay.Rebuild(new RunFolder(run.At("run"))).HasSameWeightsAs(AdapterFiles.Load(run.At("run", "adapter"))));
    }

    /// <summary>A broadcast direction is zero for what does not write to the residual stream: said, and refused where it is all.</summary>
    [Theory]
    [InlineData("q_proj,v_proj", 0, null)]
    [InlineData("gate_proj", 0, null)]
    [InlineData("q_proj,v_proj", 3, 2)]
    [InlineData("q_proj,down_proj", 0, 1)]
    [InlineData("o_proj,down_proj", 0, 2)]
    public async Task Guided_steps_say_what_they_cannot_move(string targets, int queries, int? moved)
    {
        using var run = NewRun(EngineCatalog.Reference);
        run.Options = run.Options with
        {
            Adapter = run.Options.Adapter with { TargetModules = targets },
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Guided, Queries = queries },
        };
        if (moved is null)
        {
            var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync());
            Assert.Equal(FineTuneFailure.Settings, error.Failure);
            Assert.Contains("would train nothing", error.Message, StringComparison.Ordinal);
            Assert.Contains(
                targets == "gate_proj" ? "gate_proj does not" : "q_proj, v_proj do not",
                error.Message,
                StringComparison.Ordinal
            );
            Assert.Contains("o_proj, down_proj", error.Message, StringComparison.Ordinal);
            return;
        }

        RunPlan? plan = null;
        var warnings = new List<string>();
        await run.TrainAsync(seen: happened =>
        {
            plan = happened is RunPlanned planned ? planned.Plan : plan;
            warnings.AddRange(happened is RunNote { IsWarning: true } note ? [note.Text] : []);
        });

        var trained = AdapterFiles.Load(run.At("run", "adapter")).Modules;
        Assert.Equal(moved, plan!.ModuleCount);
        Assert.Equal(moved, trained.Count(module => module.B.Any(value => value != 0)));
        Assert.Equal(plan.TrainableParameters, trained.Where(module => module.B.Any(value => value != 0)).Sum(module => module.B.Length));
        Assert.Equal(
            targets.Contains("q_proj", StringComparison.Ordinal) ? 1 : 0,
            warnings.Count(warning => warning.Contains("write to the residual stream", StringComparison.Ordinal))
        );
    }

    /// <summary>Rows that are label words of several tokens, cut into runs of one example each, in the upper layer alone.</summary>
    [Fact]
    public async Task Long_label_words_are_cut_into_runs()
    {
        using var run = NewRun(EngineCatalog.OnnxRuntime);
        var plan = await new FineTuner(
            run.Options with
            {
                Data = run.Options.Data with { Choices = [" no no", " yes yes"] },
                Adapter = run.Options.Adapter with { Layers = "top-1" },
                GradientMegabytes = 1,
                ExamplesPerStep = 1000,
            }
        ).PlanAsync();
        Assert.True(plan.RunsPerStep > 1, $"{plan.RunsPerStep}");
    }

    [Fact]
    public async Task A_run_is_replayed_from_its_journal_and_gradients()
    {
        using var run = NewRun();
        await run.TrainAsync();
        var rebuilt = RunReplay.Rebuild(new RunFolder(run.At("run")));
        Assert.True(rebuilt.HasSameWeightsAs(AdapterFiles.Load(run.At("run", "adapter"))));
        var layout = run.Journal().Header.Layout;
        Assert.Equal(7 * 2L * layout.Total, new FileInfo(run.At("run", GradientFile.Name)).Length);
        Assert.All(run.Journal().Entries, entry => Assert.Equal(16, entry.GradientSum!.Length));
    }

    /// <summary>Power was lost: lines reached the disk before the gradients of the last of them did.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Steps_whose_gradients_were_lost_are_taken_again(int bytesOfLast)
    {
        using var run = NewRun();
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(6);
        File.Delete(run.At("run", "checkpoint.safetensors"));
        using (var file = File.OpenWrite(run.At("run", GradientFile.Name)))
        {
            file.SetLength((file.Length / 6 * 5) + bytesOfLast);
        }

        var notes = new List<string>();
        await run.TrainAsync(
            options => options with { Resume = true },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Contains(notes, note => note.Contains("Resumed at step 5 of 7 (its end was torn", StringComparison.Ordinal));
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    [Fact]
    public async Task A_gradient_that_is_damaged_or_missing_is_named()
    {
        using var run = NewRun();
        await run.TrainAsync(options => options with { Steps = 12 });
        var path = run.At("run", GradientFile.Name);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var error = Assert.Throws<JournalException>(() => RunReplay.Rebuild(new RunFolder(run.At("run"))));
        Assert.StartsWith($"{path}: the gradient of step 0 is missing or damaged", error.Message, StringComparison.Ordinal);
        File.Delete(path);
        error = Assert.Throws<JournalException>(() => RunReplay.Rebuild(new RunFolder(run.At("run"))));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_tells_rows_and_runs()
    {
        using var run = NewRun();
        var plan = await new FineTuner(run.Options with { ExamplesPerStep = null }).PlanAsync();
        Assert.True(plan.IsGradientExact);
        Assert.Equal(run.Options.Steps * 2L * plan.TrainableParameters, plan.GradientFileBytes);

        // All ten rows, and no row twice.
        Assert.Equal((1, 10, 1), (plan.Copies, plan.RowsPerStep, plan.RunsPerStep));
        Assert.True(plan.EstimatedMemoryBytes > 0);
    }

    [Fact]
    public void Settings_that_do_not_fit_are_named()
    {
        using var run = NewRun();
        Assert.Contains("Update:", Assert.Single((run.Options with { Update = UpdatePlace.Engine }).Validate()), StringComparison.Ordinal);
        Assert.Contains(
            "GradientMegabytes:",
            Assert.Single((run.Options with { GradientMegabytes = 0 }).Validate()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_settings_of_the_update_tell_runs_apart()
    {
        using var run = NewRun();
        await run.TrainUntilAsync(3);
        var header = run.Journal().Header;
        Assert.Equal((OptimizerKind.AdamW, 1f), (header.Optimizer.KindOrDefault, header.Optimizer.MaxGradientNorm));
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options =>
                options with
                {
                    Resume = true,
                    Optimizer = options.Optimizer with { MaxGradientNorm = 2, WeightDecay = 0.5f },
                }
            )
        );
        Assert.Contains("optimizer.max_gradient_norm: 1 / 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("optimizer.weight_decay: 0 / 0.5", error.Message, StringComparison.Ordinal);
    }

    private static TinyRun NewRun(string engine = EngineCatalog.Reference, OptimizerKind kind = OptimizerKind.AdamW)
    {
        var run = new TinyRun(engine);
        run.Options = run.Options with
        {
            Optimizer = new OptimizerOptions
            {
                Estimator = EstimatorKind.Reverse,
                Kind = kind,
                LearningRate = kind == OptimizerKind.Sgd ? 1 : 0.05f,
            },
        };
        return run;
    }
}
