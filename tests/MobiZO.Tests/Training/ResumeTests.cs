using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Journal;
using MobiZO.Merging;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class ResumeTests
{
    public static TheoryData<string, UpdatePlace, float> Ways =>
        new()
        {
            { EngineCatalog.Reference, UpdatePlace.Host, 0f },
            { EngineCatalog.Reference, UpdatePlace.Host, 0.9f },
            { EngineCatalog.Reference, UpdatePlace.Engine, 0f },
            { EngineCatalog.OnnxRuntime, UpdatePlace.Host, 0.5f },
            { EngineCatalog.OnnxRuntime, UpdatePlace.Engine, 0f },
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_run_stopped_after_any_step_ends_with_the_same_bytes(string engine, UpdatePlace update, float momentum)
    {
        using var run = new TinyRun(engine);
        FineTuneOptions Change(FineTuneOptions options, string output) =>
            options with
            {
                Output = run.At(output),
                Update = update,
                Optimizer = options.Optimizer with { Momentum = momentum },
            };
        var whole = await run.TrainAsync(options => Change(options, "whole"));
        Assert.Equal(RunEnd.Completed, whole.End);
        Assert.Equal([0L, 3, 6, 7], whole.Evaluations.Select(point => point.Step));
        for (var step = 1; step <= 7; step++)
        {
            var name = $"stopped-{step}";
            var stopped = await run.TrainUntilAsync(step, options => Change(options, name));
            Assert.Equal(RunEnd.Cancelled, stopped.End);
            Assert.Equal(step, stopped.Steps);
            var resumed = await run.TrainAsync(options => Change(options, name) with { Resume = true });
            Assert.Equal(RunEnd.Completed, resumed.End);
            Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes(name));
            Assert.Equal(whole.Evaluations, resumed.Evaluations);
            Assert.Equal(
                run.Journal("whole").Entries.Select(entry => entry.ProjectedGradients),
                run.Journal(name).Entries.Select(entry => entry.ProjectedGradients)
            );
        }
    }

    [Fact]
    public async Task A_run_may_be_stopped_again_and_again()
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(1);
        for (var step = 2; step <= 6; step++)
        {
            await run.TrainUntilAsync(step, options => options with { Resume = true });
        }

        await run.TrainAsync(options => options with { Resume = true });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        var again = await run.TrainAsync(options => options with { Resume = true });
        Assert.Equal(RunEnd.Completed, again.End);
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    /// <summary>
    /// A process killed at a bad moment leaves a torn last line, no fresh checkpoint, and evaluations that were not written.
    /// </summary>
    [Fact]
    public async Task A_killed_run_is_rebuilt_from_its_journal()
    {
        using var run = new TinyRun();
        var whole = await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(6);
        File.Delete(run.At("run", "checkpoint.safetensors"));
        var journal = await File.ReadAllBytesAsync(run.At("run", "journal.jsonl"));
        await File.WriteAllBytesAsync(run.At("run", "journal.jsonl"), journal[..^9]);
        var notes = new List<string>();
        var resumed = await run.TrainAsync(
            options => options with { Resume = true },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Contains(
            notes,
            note => note.Contains("Resumed at step 5 of 7", StringComparison.Ordinal) && note.Contains("torn", StringComparison.Ordinal)
        );
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.Equal(whole.Evaluations, resumed.Evaluations);
    }

    /// <summary>
    /// The evaluations are in the journal and the best adapter can be computed from it: a folder that lost both goes on as if nothing was
    /// lost.
    /// </summary>
    [Theory]
    [InlineData(UpdatePlace.Host, false)]
    [InlineData(UpdatePlace.Engine, true)]
    public async Task A_lost_best_adapter_is_written_again(UpdatePlace update, bool isDamaged)
    {
        using var run = new TinyRun();
        FineTuneOptions Change(FineTuneOptions options) => options with { Update = update, EvalEvery = 1 };
        var whole = await run.TrainAsync(Change);
        var kept = run.AdapterBytes();
        Assert.Equal(whole.Evaluations, run.Journal().Evaluations.Select(EvaluationPoint.Of));
        Assert.True(run.Journal().Evaluations.Last(point => point.IsBest).Step == whole.Best!.Step);
        if (isDamaged)
        {
            await File.WriteAllTextAsync(run.At("run", "best", "adapter_model.safetensors"), "half of a fi");
        }
        else
        {
            Directory.Delete(run.At("run", "best"), recursive: true);
        }

        var resumed = await run.TrainAsync(options => Change(options) with { Resume = true });
        Assert.Equal(whole.Evaluations, resumed.Evaluations);
        Assert.Equal(kept, run.AdapterBytes());
    }

    /// <summary>A page or another process reads the journal while the run goes on.</summary>
    [Fact]
    public async Task A_run_can_be_followed_by_its_journal()
    {
        using var run = new TinyRun();
        var follower = new JournalFollower(run.At("run", "journal.jsonl"));
        var seen = new List<string>();
        await run.TrainAsync(
            null,
            happened =>
            {
                // A line is written when its step and the evaluation behind it are done: the next event finds it.
                foreach (var line in follower.ReadNew())
                {
                    seen.Add($"s{line.Step}{string.Concat(line.Evaluations.Select(point => $" e{point.Step}"))}");
                }
            }
        );
        Assert.Equal("s0 e0 s1 s2 e3 s3 s4 s5 e6", string.Join(' ', seen));
        Assert.Equal([7], follower.ReadNew().SelectMany(line => line.Evaluations).Select(point => point.Step));
    }

    [Theory]
    [InlineData("checkpoint.safetensors", -1)]
    [InlineData("checkpoint.safetensors", 0)]
    public async Task A_checkpoint_with_a_flipped_bit_is_not_used(string file, int place)
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(5);
        var bytes = await File.ReadAllBytesAsync(run.At("run", file));
        bytes[place < 0 ? ^1 : place] ^= 1;
        await File.WriteAllBytesAsync(run.At("run", file), bytes);
        var notes = new List<string>();
        await run.TrainAsync(
            options => options with { Resume = true },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Contains(notes, note => note.Contains(file, StringComparison.Ordinal) && note.Contains("journal", StringComparison.Ordinal));
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    [Fact]
    public async Task A_damaged_initial_adapter_is_named()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(2);
        var file = run.At("run", "initial", "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(file);
        var header = (int)BitConverter.ToInt64(bytes);
        bytes[8 + header + 1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var error = Assert.Throws<FineTuneException>(() => RunReplay.Rebuild(new RunFolder(run.At("run"))));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_ahead_of_the_journal_is_left_for_the_journal()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(5);
        var lines = await File.ReadAllLinesAsync(run.At("run", "journal.jsonl"));
        await File.WriteAllLinesAsync(run.At("run", "journal.jsonl"), lines[..^2]);
        await run.TrainAsync(options => options with { Resume = true });
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    [Fact]
    public async Task A_run_that_was_stopped_before_an_evaluation_claims_no_best()
    {
        using var run = new TinyRun();
        var stopped = await run.TrainUntilAsync(2);
        Assert.Null(stopped.Best);
        Assert.NotNull(stopped.First);
        Assert.Equal(stopped.AdapterFolder, stopped.BestAdapterFolder);
        Assert.False(Directory.Exists(run.At("run", "best")));
        var whole = await run.TrainAsync(options => options with { Resume = true });
        Assert.Equal(run.At("run", "best"), whole.BestAdapterFolder);
        Assert.Equal(JournalReplay.Run(run.Journal(), whole.Best!.Step), AdapterFiles.Load(whole.BestAdapterFolder).ToState());
    }

    [Fact]
    public async Task Other_settings_are_refused_and_named()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(2);
        async Task<string> Refusal(Func<FineTuneOptions, FineTuneOptions> change) =>
            (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => change(options) with { Resume = true }))).Message;
        var before = await File.ReadAllBytesAsync(run.At("run", "journal.jsonl"));
        Assert.Contains("seed", await Refusal(options => options with { Seed = 43 }));
        Assert.Contains("8", await Refusal(options => options with { Steps = 8 }));
        Assert.Contains("epsilon", await Refusal(options => options with { Optimizer = options.Optimizer with { Epsilon = 0.02f } }));
        Assert.Contains("examples_per_step", await Refusal(options => options with { ExamplesPerStep = 3 }));
        Assert.Contains("loss", await Refusal(options => options with { Loss = LossKind.Tokens }));
        Assert.Contains(
            "weights: \"fp32\" / \"int4\"",
            await Refusal(options => options with { Engine = options.Engine with { Weights = WeightFormat.Int4 } })
        );
        var several = await Refusal(options =>
            options with
            {
                Adapter = options.Adapter with { Scope = AdapterScope.All },
                Update = UpdatePlace.Engine,
            }
        );
        Assert.Contains("adapter", several);
        Assert.Contains("update", several);
        run.Write("train.jsonl", TinyRun.Row("another", 0), TinyRun.Row("set", 1));
        Assert.Contains("train_rows", await Refusal(options => options));
        Assert.Equal(before, await File.ReadAllBytesAsync(run.At("run", "journal.jsonl")));
    }

    [Theory]
    [InlineData(EngineCatalog.OnnxRuntime)]
    [InlineData(EngineCatalog.Reference)]
    public async Task Quantized_weights_belong_to_the_run(string engine)
    {
        using var run = new TinyRun(engine);
        new TinyLlama(hidden: 32, headDimension: 8, vocabulary: TinyTokenizer.Size).WriteFolder(run.At("model"));
        FineTuneOptions Int4(FineTuneOptions options) => options with { Engine = options.Engine with { Weights = WeightFormat.Int4 } };
        await run.TrainAsync(options => Int4(options) with { Output = run.At("whole") });
        await run.TrainUntilAsync(2, Int4);
        Assert.Equal("int4", run.Journal().Header.Properties["weights"]);
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options => options with { Resume = true, Engine = options.Engine with { Weights = WeightFormat.Float32 } })
        );
        Assert.Contains("weights", error.Message);
        await run.TrainAsync(options => Int4(options) with { Resume = true });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.Equal(WeightFormat.Int4, new RunFolder(run.At("run")).ReadConfig().Engine.Weights);
        await run.TrainUntilAsync(1, options => options with { Output = run.At("fp32") });
        Assert.Equal("fp32", run.Journal("fp32").Header.Properties["weights"]);
        Assert.NotEqual(run.Journal("fp32").Entries[0].Losses, run.Journal().Entries[0].Losses);
    }

    /// <summary>The run holds what was decided, so that it goes on with it, and a run of before, which called it auto, does too.</summary>
    [Fact]
    public async Task What_is_decided_of_weights_belongs_to_the_run()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        using (var nano = Checkpoint.Open(Path.Combine(Shared.Repository, "models", "nano")))
        {
            GgufConversion.Write(nano, null, run.At("nano.gguf"), MergedType.Q8_0);
        }

        FineTuneOptions Change(FineTuneOptions options) =>
            options with
            {
                Model = run.At("nano.gguf"),
                Adapter = options.Adapter with { Layers = "top-1" },
                Steps = 3,
                EvalData = null,
            };
        var notes = new List<string>();
        await run.TrainAsync(options => Change(options) with { Output = run.At("whole") }, happened => notes.Add(happened.ToString()));
        Assert.Contains(notes, note => note.Contains("Weights stored", StringComparison.Ordinal));
        await run.TrainUntilAsync(1, Change);
        Assert.Equal(WeightFormat.Stored, new RunFolder(run.At("run")).ReadConfig().Engine.Weights);
        Assert.Equal("stored", run.Journal().Header.Properties["weights"]);
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            run.TrainAsync(options =>
            {
                options = Change(options);
                return options with { Resume = true, Engine = options.Engine with { Weights = WeightFormat.Float32 } };
            })
        );
        Assert.Contains("weights: \"stored\" / \"fp32\"", error.Message, StringComparison.Ordinal);

        // Runs from before called it auto.
        foreach (var file in new[] { "config.json", "journal.jsonl" })
        {
            var text = await File.ReadAllTextAsync(run.At("run", file));
            var old = text.Replace("\"stored\"", "\"auto\"", StringComparison.Ordinal);
            Assert.NotEqual(text, old);
            await File.WriteAllTextAsync(run.At("run", file), old);
        }

        await run.TrainAsync(options => Change(options) with { Resume = true });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.Equal(WeightFormat.Stored, new RunFolder(run.At("run")).ReadConfig().Engine.Weights);
    }

    [Fact]
    public async Task A_folder_with_a_run_is_not_overwritten_and_one_without_is_not_resumed()
    {
        using var run = new TinyRun();
        Assert.Contains(
            "holds no run",
            (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync(options => options with { Resume = true }))).Message
        );
        await run.TrainUntilAsync(1);
        Assert.Contains("FineTuneOptions.Resume", (await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync())).Message);
    }

    [Fact]
    public async Task An_evaluation_missing_at_the_boundary_is_made_up()
    {
        using var run = new TinyRun();
        var stopped = await run.TrainUntilAsync(3);
        Assert.Equal([0L], stopped.Evaluations.Select(point => point.Step));
        var evaluated = new List<long>();
        await run.TrainAsync(
            options => options with { Resume = true },
            happened => evaluated.AddRange(happened is EvaluationCompleted done ? [done.Step] : [])
        );
        Assert.Equal([3L, 6, 7], evaluated);
    }

    [Fact]
    public async Task Stopping_during_the_first_evaluation_leaves_a_run_that_can_be_resumed()
    {
        using var run = new TinyRun();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            run.TrainAsync(
                options => options with { MaxTokensPerRun = 1 },
                happened =>
                {
                    if (happened is StageProgress { Stage: "evaluating" })
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        var resumed = await run.TrainAsync(options => options with { Resume = true });
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.Equal(0, resumed.Evaluations[0].Step);
    }

    [Fact]
    public async Task The_stored_configuration_reads_back_whole()
    {
        using var run = new TinyRun();
        await run.TrainUntilAsync(
            1,
            options =>
                options with
                {
                    Engine = options.Engine with { CacheProgress = new Progress<double>() },
                    TestData = run.At("test.jsonl"),
                }
        );
        var stored = new RunFolder(run.At("run")).ReadConfig();
        Assert.Null(stored.Engine.CacheProgress);
        Assert.Equal(await File.ReadAllTextAsync(run.At("run", "config.json")), JsonSerializer.Serialize(stored, RunFolder.Json));
        Assert.Equal(run.Options.Optimizer, stored.Optimizer);
        Assert.Equal(run.Options.Data.Choices, stored.Data.Choices);
        Assert.Equal(JournalReplay.Run(run.Journal()).Length, run.Journal().Header.Layout.Total);
        Assert.Equal(EstimatorKind.TwoSided, stored.Optimizer.Estimator);
    }
}
