using MobiZO.Adapters;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Files of a run that are moved, taken away or wrong while it goes on, or at its end.</summary>
public sealed class RunFilesTests
{
    [Fact]
    public async Task A_best_adapter_that_is_moved_away_is_written_again()
    {
        using var run = new TinyRun();
        run.Options = run.Options with { Optimizer = run.Options.Optimizer with { LearningRate = 0.5f }, Steps = 12 };
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        var moved = 0;
        var result = await run.TrainAsync(seen: happened =>
        {
            if (happened is EvaluationCompleted && Directory.Exists(run.At("run", "best")))
            {
                Directory.Move(run.At("run", "best"), run.At($"moved-{moved++}"));
            }
        });
        Assert.True(moved > 0);
        Assert.NotNull(result.Best);
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
    }

    /// <summary>The journal is what makes a folder hold a run; whoever takes it away starts anew, with nothing of before.</summary>
    [Fact]
    public async Task What_an_earlier_run_left_is_not_taken_for_this_ones()
    {
        using var run = new TinyRun();
        await run.TrainAsync();
        await run.TrainAsync(options => options with { Output = run.At("other"), Seed = 7 });
        File.Delete(run.At("run", "journal.jsonl"));
        Assert.True(File.Exists(run.At("run", "best", "adapter_config.json")));

        await run.TrainUntilAsync(2, options => options with { Seed = 7 });
        Assert.False(Directory.Exists(run.At("run", "best")));
        Assert.Equal(run.At("run", "adapter"), new RunFolder(run.At("run")).KeptAdapter);
        await run.TrainAsync(options => options with { Seed = 7, Resume = true });
        Assert.Equal(run.AdapterBytes("other"), run.AdapterBytes());
    }

    [Fact]
    public async Task Wrong_held_out_rows_do_not_cost_the_report()
    {
        using var run = new TinyRun();
        run.Options = run.Options with { TestData = run.At("test.jsonl") };
        run.Write("test.jsonl", TinyRun.Row("text", 0), """{"text": "more", "label": "neither"}""");
        var error = await Assert.ThrowsAsync<FineTuneException>(() => run.TrainAsync());
        Assert.Equal(FineTuneFailure.Input, error.Failure);
        Assert.Contains("test.jsonl, line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("FineTuneOptions.Resume scores them", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(run.At("run", "report.json")));
        Assert.True(File.Exists(run.At("run", "adapter", "adapter_config.json")));

        run.Write("test.jsonl", TinyRun.Row("text", 0), TinyRun.Row("more", 1));
        var steps = 0;
        var result = await run.TrainAsync(
            options => options with { Resume = true },
            happened => steps += happened is StepCompleted ? 1 : 0
        );
        Assert.Equal((2, 0), (result.Test!.Rows, steps));
    }

    /// <summary>A refusal leaves the folder as it was, so that the next one says the same.</summary>
    [Fact]
    public async Task Gradients_that_are_gone_are_missed_every_time()
    {
        using var run = new TinyRun();
        run.Options = run.Options with { Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse } };
        await run.TrainUntilAsync(5);
        File.Delete(run.At("run", "gradients.bin"));
        for (var time = 0; time < 2; time++)
        {
            var error = await Assert.ThrowsAsync<JournalException>(() => run.TrainAsync(options => options with { Resume = true }));
            Assert.Contains("expected the gradients of 5 steps", error.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(run.At("run", "gradients.bin")));
        }
    }

    /// <summary>The files of a run have the number that was found: whoever goes on by them takes the same program of a step.</summary>
    [Fact]
    public async Task A_run_whose_rate_was_found_goes_on_by_its_files_to_the_same_bytes()
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        run.Options = run.Options with
        {
            Adapter = new AdapterOptions(),
            Optimizer = run.Options.Optimizer with { ProbeLearningRate = true, LearningRate = null },
        };
        await run.TrainAsync(options => options with { Output = run.At("whole") });
        await run.TrainUntilAsync(3);
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.False(config.Optimizer.ProbeLearningRate);
        await run.TrainAsync(_ => config with { Resume = true });
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());

        using var prepared = PreparedRun.Prepare(
            run.Options with
            {
                Output = run.At("third"),
            },
            recorded: null,
            progress: null,
            CancellationToken.None
        );
        Assert.Equal(1, prepared.Examples.RowTokens);
    }
}
