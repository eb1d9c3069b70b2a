using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Scoring;
using MobiZO.Tests.Training;
using MobiZO.Training;

namespace MobiZO.Tests.Scoring;

/// <summary>Runs that learn from a score of what the model writes.</summary>
public sealed class ScoreRunTests
{
    [Theory]
    [InlineData(EngineCatalog.Reference, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.All)]
    public async Task A_run_learns_to_write_what_scores(string engine, AdapterScope scope)
    {
        using var run = NewRun(engine);
        var options = run.Options with { Steps = 25, Adapter = run.Options.Adapter with { Scope = scope } };
        var result = await new FineTuner(options, Score).TrainAsync();
        var (first, last) = (result.First!.Score!.Value, result.Last!.Score!.Value);
        Assert.True(last > first + 0.2, $"{first} -> {last}");
        Assert.Equal(result.Evaluations.Max(point => point.Score), result.Best!.Score);
    }

    [Fact]
    public async Task A_run_stopped_anywhere_ends_with_the_same_bytes_and_is_replayed()
    {
        using var run = NewRun(EngineCatalog.Reference);
        await new FineTuner(run.Options with { Output = run.At("whole") }, Score).TrainAsync();
        using (var stop = new CancellationTokenSource())
        {
            await new FineTuner(run.Options, Score).TrainAsync(new StopAfter(3, stop), stop.Token);
        }

        var resumed = await new FineTuner(run.Options with { Resume = true }, Score).TrainAsync();
        Assert.Equal(run.AdapterBytes("whole"), run.AdapterBytes());
        Assert.All(resumed.Evaluations, point => Assert.NotNull(point.Score));
        Assert.True(RunReplay.Rebuild(new RunFolder(run.At("run"))).HasSameWeightsAs(AdapterFiles.Load(run.At("run", "adapter"))));

        // The function is not in the run folder: whoever goes on without it is told.
        var error = Assert.Throws<FineTuneException>(() => new FineTuner(new RunFolder(run.At("run")).ReadConfig() with { Resume = true }));
        Assert.Contains("is a function of the program that started it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_scores_as_a_function_does()
    {
        using var run = NewRun(EngineCatalog.Reference);
        var steps = run.Options with { Steps = 2 };
        await new FineTuner(
            steps with
            {
                Output = run.At("function"),
            },
            answer => answer.Answer.Contains('a', StringComparison.Ordinal) ? 1 : 0
        ).TrainAsync();
        await new FineTuner(
            steps with
            {
                Score = run.Options.Score! with { Command = """sed -E 's/^.*"answer":"[^"]*a[^"]*".*$/1/; t; s/.*/0/'""" },
            }
        ).TrainAsync();
        Assert.Equal(run.AdapterBytes("function"), run.AdapterBytes());
    }

    [Fact]
    public void What_does_not_go_with_a_score_is_refused()
    {
        using var run = NewRun(EngineCatalog.Reference);
        void Refused(FineTuneOptions options, string expected) =>
            Assert.Contains(
                expected,
                Assert.Throws<FineTuneException>(() => new FineTuner(options, Score)).Message,
                StringComparison.Ordinal
            );
        Refused(run.Options with { Loss = LossKind.Tokens }, "Loss: a score takes its place");
        Refused(run.Options with { Update = UpdatePlace.Engine }, "Update: a step of scores is updated on the host");
        Refused(
            run.Options with
            {
                Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Reverse },
            },
            "OptimizerOptions.Estimator Reverse needs a gradient, and a score has none"
        );
        Refused(
            run.Options with
            {
                Score = new ScoreOptions { MaxAnswerTokens = 0 },
            },
            "Score.MaxAnswerTokens: expected at least 1, found 0"
        );
        Refused(run.Options with { Score = new ScoreOptions { Command = "wc" } }, "has the command 'wc', and a function was given too");
    }

    /// <summary>What a request that took too long throws is a failure of the score, and no wish to stop.</summary>
    [Fact]
    public async Task A_score_that_times_out_is_named()
    {
        using var run = NewRun(EngineCatalog.Reference);
        var error = await Assert.ThrowsAsync<FineTuneException>(() =>
            new FineTuner(run.Options, _ => throw new TaskCanceledException("The request timed out.")).TrainAsync()
        );
        Assert.Contains("failed with TaskCanceledException: The request timed out.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_is_heard_between_two_answers()
    {
        using var run = NewRun(EngineCatalog.Reference);
        using var stop = new CancellationTokenSource();
        var (asked, stopped) = (0, 0);
        var result = await new FineTuner(
            run.Options with
            {
                EvalData = null,
            },
            answer =>
            {
                asked++;
                if (asked == 40)
                {
                    stopped = asked;
                    stop.Cancel();
                }

                return Score(answer);
            }
        ).TrainAsync(cancellation: stop.Token);
        Assert.Equal(RunEnd.Cancelled, result.End);
        Assert.Equal(stopped, asked);
    }

    private static TinyRun NewRun(string engine)
    {
        var run = new TinyRun(engine);
        run.Options = run.Options with
        {
            Optimizer = new OptimizerOptions
            {
                Queries = 15,
                Epsilon = 0.2f,
                LearningRate = 0.5f,
            },
            Score = new ScoreOptions { MaxAnswerTokens = 6 },
        };
        return run;
    }

    /// <summary>The share of an answer's characters that are an 'a'.</summary>
    private static double Score(WrittenAnswer answer) =>
        answer.Answer.Count(character => character == 'a') / (double)Math.Max(1, answer.Answer.Length);

    private sealed class StopAfter(int steps, CancellationTokenSource stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is StepCompleted step && step.Result.Step + 1 == steps)
            {
                stop.Cancel();
            }
        }
    }
}
