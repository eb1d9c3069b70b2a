using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Initialization;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Text.Tokenizers;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class TrainingRunTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference, 1)]
    [InlineData(EngineCatalog.OnnxRuntime, 1)]
    [InlineData(EngineCatalog.OnnxRuntime, 2)]
    public async Task The_same_seed_gives_the_same_bytes_and_another_seed_others(string engine, int threads)
    {
        using var run = new TinyRun(engine);
        foreach (var (name, seed) in new[] { ("first", 42UL), ("second", 42UL), ("other", 43UL) })
        {
            await run.TrainAsync(options =>
                options with
                {
                    Output = run.At(name),
                    Seed = seed,
                    Engine = options.Engine with { Threads = threads },
                }
            );
        }

        Assert.Equal(run.AdapterBytes("first"), run.AdapterBytes("second"));
        Assert.NotEqual(
            run.AdapterBytes("first")[Path.Combine("adapter", "adapter_model.safetensors")],
            run.AdapterBytes("other")[Path.Combine("adapter", "adapter_model.safetensors")]
        );
    }

    /// <summary>Sums may be split otherwise between threads, so bits may differ; the result must not.</summary>
    [Theory]
    [InlineData(AdapterScope.Activated)]
    [InlineData(AdapterScope.All)]
    public async Task Engines_threads_and_micro_batches_change_rounding_only(AdapterScope scope)
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        async Task<float[]> Train(string name, Func<FineTuneOptions, FineTuneOptions> change) =>
            AdapterFiles
                .Load(
                    (
                        await run.TrainAsync(options =>
                            change(options with { Output = run.At(name), Adapter = options.Adapter with { Scope = scope } })
                        )
                    ).AdapterFolder
                )
                .ToState();
        var expected = await Train("one", options => options);
        foreach (
            var actual in new[]
            {
                await Train("two", options => options with { Engine = options.Engine with { Threads = 2 } }),
                await Train("low", options => options with { Engine = options.Engine with { LowMemory = true } }),
                await Train("parts", options => options with { MaxTokensPerRun = 1 }),
                await Train("uncached", options => options with { PrefixCacheMegabytes = 0, PrefixCacheFile = false }),
                await Train("engine", options => options with { Update = UpdatePlace.Engine }),
                await Train("engine-parts", options => options with { Update = UpdatePlace.Engine, MaxTokensPerRun = 1 }),
                await Train("reference", options => options with { Engine = options.Engine with { Name = EngineCatalog.Reference } }),
            }
        )
        {
            Assert.Equal(expected, actual, (x, y) => Math.Abs(x - y) <= 1e-4);
        }

        Assert.True(expected.Max(Math.Abs) > 1e-2);
    }

    [Fact]
    public async Task The_fresh_adapter_scores_like_the_base_model()
    {
        using var run = new TinyRun();
        EvaluationResult? first = null;
        // As computed: rounding the prompts changes the scores a little.
        var seen = await run.TrainAsync(
            options => options with { PrefixCacheType = PrefixCacheType.Fp32 },
            happened => first ??= (happened as EvaluationCompleted)?.Result
        );
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var score = model.Engine.Load(model.Assembler.Score(null), model.Checkpoint);
        var rows = DataFile.Read(run.Options.EvalData!, run.Options.Data);
        var encoded = new ExampleEncoder(model.Tokenizer, run.Options.Data, model.RenderChat).Encode(rows);
        for (var i = 0; i < encoded.Count; i++)
        {
            var inputs = StepFeed
                .Create(
                    StepLossKind.Choices,
                    [new PromptExample(encoded[i].PromptIds, 0, [], encoded[i].ChoiceIds, encoded[i].Label!.Value)],
                    1
                )
                .Inputs;
            var scores = score.Run(inputs)[ProgramNames.LogProbabilities].Floats;
            Assert.Equal(scores.Select(value => (double)value), first!.Examples[i].Scores, (x, y) => Math.Abs(x - y) <= 1e-6);
            Assert.Equal(encoded[i].LineNumber, first.Examples[i].LineNumber);
        }

        Assert.Equal(first!.Accuracy, seen.First!.Accuracy);
    }

    [Fact]
    public async Task The_best_folder_holds_the_adapter_of_the_best_evaluation()
    {
        using var run = new TinyRun();

        // Large steps wander, so that the best evaluation is seldom the last.
        var result = await run.TrainAsync(options =>
            options with
            {
                Steps = 12,
                EvalEvery = 1,
                Optimizer = options.Optimizer with { LearningRate = 20, Schedule = ScheduleKind.Constant },
            }
        );
        Assert.Equal(13, result.Evaluations.Count);
        var best = result.Evaluations.First(point => point.Metric == result.Evaluations.Max(other => other.Metric));
        Assert.Equal(best, result.Best);
        Assert.Equal(JournalReplay.Run(run.Journal(), best.Step), AdapterFiles.Load(result.BestAdapterFolder).ToState());
        Assert.Equal(JournalReplay.Run(run.Journal()), AdapterFiles.Load(result.AdapterFolder).ToState());
        Assert.Equal(12, result.Last!.Step);
    }

    [Fact]
    public async Task A_run_that_stops_improving_is_stopped()
    {
        using var run = new TinyRun();
        var result = await run.TrainAsync(options =>
            options with
            {
                EvalEvery = 2,
                Steps = 20,
                Patience = 2,
                Optimizer = options.Optimizer with { LearningRate = 1e-20f },
            }
        );
        Assert.Equal(RunEnd.StoppedEarly, result.End);
        Assert.Equal(4, result.Steps);
        Assert.Equal(0, result.Best!.Step);
        var again = await run.TrainAsync(options =>
            options with
            {
                EvalEvery = 2,
                Steps = 20,
                Patience = 2,
                Optimizer = options.Optimizer with { LearningRate = 1e-20f },
                Resume = true,
            }
        );
        Assert.Equal((RunEnd.StoppedEarly, 4L), (again.End, again.Steps));
    }

    [Theory]
    [InlineData(UpdatePlace.Host)]
    [InlineData(UpdatePlace.Engine)]
    public async Task A_loss_that_is_not_finite_is_skipped_and_counted(UpdatePlace update)
    {
        // One row of five has a token whose embedding is not a number; one example a step meets it twice in ten steps.
        using var run = new TinyRun(EngineCatalog.Reference, "X");
        run.Write("train.jsonl", TinyRun.Row("a", 0), TinyRun.Row("b", 1), TinyRun.Row("cX", 0), TinyRun.Row("d", 1), TinyRun.Row("e", 0));
        var notes = new List<RunNote>();
        FineTuneOptions Change(FineTuneOptions options) =>
            options with
            {
                Steps = 10,
                ExamplesPerStep = 1,
                Update = update,
                Adapter = options.Adapter with { Initialization = AdapterInitialization.Kaiming },
            };
        var result = await run.TrainAsync(Change, happened => notes.AddRange(happened is RunNote note ? [note] : []));
        Assert.Equal(RunEnd.Completed, result.End);
        Assert.Equal(2, result.SkippedSteps);
        var skipped = run.Journal().Entries.Where(entry => entry.Skipped).ToList();
        Assert.Equal(2, skipped.Count);
        Assert.All(skipped, entry => Assert.Empty(entry.ProjectedGradients));
        Assert.Equal(2, notes.Count(note => note.IsWarning && note.Text.Contains("not finite", StringComparison.Ordinal)));
        var step = (int)skipped[0].Step;
        Assert.Equal(JournalReplay.Run(run.Journal(), step), JournalReplay.Run(run.Journal(), step + 1));
        Assert.Equal(2, (await run.TrainAsync(options => Change(options) with { Resume = true })).SkippedSteps);
        Assert.All(AdapterFiles.Load(result.AdapterFolder).ToState(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public async Task Five_such_steps_in_a_row_stop_the_run_with_advice()
    {
        using var run = new TinyRun();
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            new FineTuner(run.Options, _ => new Losses((_, _) => float.NaN)).TrainAsync()
        );
        Assert.Contains("5 steps in a row", error.Message);
        Assert.Contains("OptimizerOptions.LearningRate", error.Message);
        Assert.Contains("OptimizerOptions.Epsilon", error.Message);
        Assert.Equal(5, run.Journal().Entries.Count);
        Assert.True(File.Exists(run.At("run", "checkpoint.safetensors")));
    }

    [Fact]
    public async Task An_evaluation_without_numbers_behind_the_first_step_is_a_divergence()
    {
        using var run = new TinyRun();
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            new FineTuner(
                run.Options with
                {
                    Optimizer = run.Options.Optimizer with { LearningRate = 3e38f },
                    EvalEvery = 1,
                },
                _ => new Losses((_, copy) => copy * 1e10f)
            ).TrainAsync()
        );
        Assert.Contains("eval.jsonl, line 1", error.Message);
        Assert.Contains("after step 1: the adapter has diverged", error.Message);
        Assert.Equal(FineTuneFailure.Training, error.Failure);
    }

    /// <summary>The base model alone gives no numbers: no learning rate helps.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Damaged_weights_stop_a_run_before_its_first_step(bool isEvaluated)
    {
        using var run = new TinyRun(EngineCatalog.Reference, "X");
        var file = isEvaluated ? "eval.jsonl" : "train.jsonl";
        run.Write(file, TinyRun.Row("aX", 0), TinyRun.Row("bX", 1));
        var steps = 0;
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(
                options => options with { EvalData = isEvaluated ? options.EvalData : null },
                happened => steps += happened is StepCompleted ? 1 : 0
            )
        );
        Assert.Contains($"{file}, line ", error.Message);
        Assert.Matches("not (a )?numbers?: the weights (or the adapter )?are damaged", error.Message);
        Assert.Equal(FineTuneFailure.Input, error.Failure);
        Assert.Equal(0, steps);
        Assert.False(File.Exists(run.At("run", "journal.jsonl")) && run.Journal().Entries.Count > 0);
    }

    [Theory]
    [InlineData(" no")]
    [InlineData(" yes")]
    public void A_token_beyond_the_embedding_is_refused_by_its_row(string word)
    {
        using var run = new TinyRun();
        var tokenizer = Tokenizer.FromFile(run.At("model", "tokenizer.json"));
        var id = tokenizer.Encode(word, addSpecialTokens: false).Ids.Single();
        run.Write("train.jsonl", TinyRun.Row("a", 0), TinyRun.Row("b", 1));
        var rows = DataFile.Read(run.At("train.jsonl"), run.Options.Data);
        var options = run.Options.Data with { Choices = ["x", word], Template = "{text}" };
        var error = Assert.Throws<DataException>(() => new ExampleEncoder(tokenizer, options, embeddings: id).Encode(rows));
        Assert.Contains("train.jsonl, line 1", error.Message);
        Assert.Contains($"({id}), beyond the model's {id} embeddings", error.Message);
        Assert.Equal(2, new ExampleEncoder(tokenizer, options, embeddings: id + 1).Encode(rows).Count);
    }

    [Fact]
    public async Task Held_out_rows_are_read_once_at_the_end()
    {
        using var run = new TinyRun();
        var result = await run.TrainAsync(
            options => options with { TestData = run.At("test.jsonl") },
            happened =>
            {
                if (happened is StepCompleted { Result.Step: 6 })
                {
                    run.Write("test.jsonl", [TinyRun.Row("late", 0), TinyRun.Row("rows", 1)]);
                }
            }
        );
        Assert.Equal(2, result.Test!.Rows);
        Assert.Equal(2, result.TestBefore!.Rows);
        Assert.Equal(result.Best!.Step, result.Test.Step);

        var stopped = await run.TrainUntilAsync(2, options => options with { TestData = run.At("test.jsonl"), Output = run.At("stopped") });
        Assert.Null(stopped.Test);
    }

    [Fact]
    public async Task A_missing_file_of_held_out_rows_is_told_before_training()
    {
        using var run = new TinyRun();
        var steps = 0;
        var error = await Assert.ThrowsAnyAsync<Exception>(() =>
            run.TrainAsync(
                options => options with { TestData = run.At("absent.jsonl") },
                happened => steps += happened is StepCompleted ? 1 : 0
            )
        );
        Assert.Contains("absent.jsonl", error.Message);
        Assert.Equal(0, steps);
    }

    [Fact]
    public async Task Rows_without_an_answer_are_refused_and_cut_rows_are_told()
    {
        using var run = new TinyRun();
        run.Write("empty.jsonl", """{"prompt": "a", "completion": "b"}""", """{"prompt": "a", "completion": ""}""");
        var error = await Assert.ThrowsAsync<DataException>(() =>
            run.TrainAsync(options =>
                options with
                {
                    Data = new DataOptions(),
                    TrainData = run.At("empty.jsonl"),
                    EvalData = null,
                    Adapter = options.Adapter with { Scope = AdapterScope.All },
                }
            )
        );
        Assert.Contains("2", error.Message);

        run.Write("train.jsonl", TinyRun.Row(new string('a', 50), 0), TinyRun.Row("short", 1));
        var notes = new List<RunNote>();
        RunPlan? plan = null;
        await run.TrainAsync(
            null,
            happened =>
            {
                notes.AddRange(happened is RunNote note ? [note] : []);
                plan ??= (happened as RunPlanned)?.Plan;
            }
        );
        Assert.Equal(1, plan!.Train.RowsCut);
        Assert.Contains(notes, note => note.IsWarning && note.Text.Contains("1 of 2 training rows", StringComparison.Ordinal));
    }

    /// <summary>Losses that no model computed.</summary>
    private sealed class Losses(Func<long, int, float> loss) : IStepObjective
    {
        float[] IStepObjective.Losses(StepRequest request) =>
            [.. Enumerable.Range(0, request.Plan.Count).Select(copy => loss(request.Step, copy))];
    }
}
