using System.Text.Json;
using MobiZO.Evaluation;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Runs;
using MobiZO.Tests.Journal;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class TrainingEventJsonTests
{
    private static readonly PrefixCachePlan s_prefixes = new()
    {
        Found = 1,
        Computed = 2,
        Left = 3,
        SharedTokens = 4,
        Bytes = 5,
        Seconds = 6.5,
    };

    private static readonly TrainingEvent[] s_events =
    [
        new StageProgress("caching prompts", 3, 7),
        new PrefixesPlanned("training", s_prefixes),
        new RunNote("careful", true),
        new StepCompleted(
            new StepResult
            {
                Step = 4,
                Losses = [0.1f + 0.2f, float.NaN],
                ProjectedGradients = [-1e-20f],
                LearningRate = 1f / 3,
                Skipped = true,
            },
            9,
            1.5,
            1L << 40
        ),
        new EvaluationCompleted(
            6,
            new EvaluationResult(
                [new ScoredExample(2, 1, 0, [-0.5, -1.5], -3, 2), new ScoredExample(3, 1, 1, [-2.5, double.NegativeInfinity], -1, 1)],
                ["no", "yes"]
            ),
            true
        ),
        new EvaluationCompleted(7, new EvaluationResult([new ScoredExample(3, null, null, [], double.NaN, 1)], []), false),
        new SamplesWritten(6, [new TextSample("What?", "That.", true, [new SampleText(6, "This, \"this\".", true)])]),
    ];

    [Fact]
    public async Task Every_kind_of_event_reads_back_as_it_was_written()
    {
        // The plan has too many parts to be made up: a run tells its own.
        using var run = new TinyRun();
        var plans = new List<TrainingEvent>();
        await run.TrainUntilAsync(1, options => options);
        await run.TrainAsync(
            options => options with { Output = run.At("other"), Steps = 1 },
            happened => plans.AddRange(happened is RunPlanned ? [happened] : [])
        );
        TrainingEvent[] all = [.. s_events, .. plans];
        var kinds = typeof(TrainingEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TrainingEvent)));
        Assert.Equal(
            kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal),
            all.Select(value => value.GetType().Name).Distinct().Order(StringComparer.Ordinal)
        );
        foreach (var value in all)
        {
            var stamped = value with { Time = StoppedClock.Now };
            var written = TrainingEventJson.Write(stamped);
            var read = TrainingEventJson.Read(written);
            Assert.DoesNotContain('\n', written);
            Assert.IsType(value.GetType(), read);
            Assert.Equal(StoppedClock.Now, read.Time);
            Assert.Equal(written, TrainingEventJson.Write(read));

            // Nothing that a reader cannot set is lost: every property of the event is there.
            using var document = JsonDocument.Parse(written);
            var names = document.RootElement.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);
            var expected = value
                .GetType()
                .GetProperties()
                .Where(property => property.Name != "EqualityContract")
                .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            Assert.Equal(expected.Append("event").Order(StringComparer.Ordinal), names);
        }
    }

    [Theory]
    [InlineData(0, """{"event":"stage-progress","stage":"caching prompts","done":3,"total":7,"time":"2025-11-26T07:08:09.01+00:00"}""")]
    [InlineData(2, """{"event":"run-note","text":"careful","is_warning":true,"time":"2025-11-26T07:08:09.01+00:00"}""")]
    public void Kinds_have_names_that_stay(int index, string expected) =>
        Assert.Equal(expected, TrainingEventJson.Write(s_events[index] with { Time = StoppedClock.Now }));

    [Fact]
    public void Names_are_those_of_the_classes()
    {
        foreach (var value in s_events)
        {
            var name = JsonNamingPolicy.KebabCaseLower.ConvertName(value.GetType().Name);
            Assert.Contains($"\"event\":\"{name}\"", TrainingEventJson.Write(value), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rows_and_losses_come_back()
    {
        var step = (StepCompleted)TrainingEventJson.Read(TrainingEventJson.Write(s_events[3]));
        Assert.Equal(
            (4L, 0.1f + 0.2f, 1f / 3, true),
            (step.Result.Step, step.Result.Losses[0], step.Result.LearningRate, step.Result.Skipped)
        );
        Assert.True(float.IsNaN(step.Result.Losses[1]));
        var evaluation = (EvaluationCompleted)TrainingEventJson.Read(TrainingEventJson.Write(s_events[4]));
        Assert.Equal((1, 2), (evaluation.Result.Correct, evaluation.Result.Examples.Count));
        Assert.Equal(["no", "yes"], evaluation.Result.Choices);
        Assert.Equal([-0.5, -1.5], evaluation.Result.Examples[0].Scores);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"event":"unheard-of"}""")]
    public void Other_text_is_refused(string text) => Assert.ThrowsAny<Exception>(() => TrainingEventJson.Read(text));

    [Fact]
    public async Task Events_of_a_run_carry_the_time_of_its_clock()
    {
        using var run = new TinyRun();
        var times = new List<DateTimeOffset>();
        await new FineTuner(run.Options with { Steps = 1 }) { Time = new StoppedClock() }.TrainAsync(new Watch(times));
        Assert.True(times.Count > 5);
        Assert.All(times, time => Assert.Equal(StoppedClock.Now, time));
        Assert.All(run.Journal().Entries, line => Assert.Equal(StoppedClock.Now, line.Time));
    }

    private sealed class Watch(List<DateTimeOffset> times) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => times.Add(value.Time);
    }
}
