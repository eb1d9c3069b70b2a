using MobiZO.Evaluation;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.TrainBench.Race;
using MobiZO.Training;

namespace MobiZO.TrainBench.Tests.Race;

public sealed class RaceObserverTests
{
    private double _now;
    private int _stops;

    [Fact]
    public void Time_is_charged_to_what_went_on_and_the_goal_stops_the_run()
    {
        var observer = Observe(
            new RaceTask
            {
                Name = "t",
                TrainData = "t",
                Template = "t",
                Gain = 0.25,
            }
        );
        At(3, observer, new StageProgress("preparing weights", 100, 100));
        At(4, observer, new StageProgress("caching training prompts", 0, 8));
        At(6, observer, new StageProgress("caching training prompts", 8, 8));
        At(7, observer, new RunNote("note", false));
        At(
            7.5,
            observer,
            new PrefixesPlanned(
                "evaluation",
                new PrefixCachePlan
                {
                    Found = 0,
                    Computed = 4,
                    Left = 2,
                    SharedTokens = 0,
                    Bytes = 1,
                    Seconds = 1,
                }
            )
        );
        At(8, observer, new StageProgress("caching evaluation prompts", 4, 4));
        At(9, observer, new StageProgress("evaluating", 4, 4));
        At(10, observer, Evaluation(0, correct: 2));
        At(15, observer, Step(0));
        At(20, observer, Step(1));
        At(21, observer, Evaluation(2, correct: 2));
        At(24, observer, Step(2));
        Assert.Equal(0, _stops);
        At(26, observer, Evaluation(3, correct: 3));
        _now = 40;
        var result = observer.Finish("not this");

        Assert.Equal(1, _stops);
        Assert.True(result.IsReached);
        Assert.Equal((0.75, 26, null), (result.Goal!.Value, result.Seconds, result.Note));
        Assert.Equal((5, 3, 13, 5), (result.LoadSeconds, result.PromptSeconds, result.StepSeconds, result.EvaluationSeconds));
        Assert.Equal((1, 26 - 1 - 5), (result.EvaluationPromptSeconds, result.TrainingSeconds));
        Assert.Equal(3, result.Steps);
        Assert.Equal((0.5, 0.75), (result.Before!.Value, result.Best!.Value));
        Assert.Equal([new RacePoint(0, 10, 0.5), new RacePoint(2, 21, 0.5), new RacePoint(3, 26, 0.75)], result.Curve);
    }

    [Fact]
    public void A_run_that_does_not_arrive_says_why_and_where_it_was()
    {
        var observer = Observe(
            new RaceTask
            {
                Name = "t",
                TrainData = "t",
                Template = "t",
                Goal = 0.9,
            }
        );
        At(10, observer, Evaluation(0, correct: 3));
        _now = 12;
        var result = observer.Finish("stopped");
        Assert.False(result.IsReached);
        Assert.Equal((12, "stopped", 0.75), (result.Seconds, result.Note, result.Best!.Value));
        Assert.Equal(0, _stops);
    }

    [Theory]
    [InlineData("default", null, false, null)]
    [InlineData("prge", 4, false, AdapterScope.All)]
    [InlineData("mezo", 4, true, AdapterScope.All)]
    public void Methods_differ_in_their_settings(string name, int? queries, bool isSequential, AdapterScope? scope)
    {
        var start = RaceTasks.Find("sms").CreateRun("model", "data", "out", 1);
        var method = RaceMethod.Find(name);
        var run = method.Apply(start, Settings(RaceTasks.Find("sms")));
        Assert.Equal(
            (isSequential, scope, queries ?? start.Optimizer.Queries),
            (method.IsSequential, run.Adapter.Scope, run.Optimizer.Queries)
        );
        Assert.Empty(run.Validate());
    }

    [Fact]
    public void Built_in_tasks_are_sound_runs_with_a_goal() =>
        Assert.All(
            RaceTasks.BuiltIn,
            task =>
            {
                Assert.Empty(task.CreateRun("model", "data", "out", 1).Validate());
                Assert.True(task.GoalAfter(0.5) is > 0.5 and < 1);
            }
        );

    [Fact]
    public void Unknown_names_are_refused()
    {
        Assert.Contains("sst2", Assert.Throws<FormatException>(() => RaceTasks.Find("mnist")).Message, StringComparison.Ordinal);
        Assert.Contains("mezo", Assert.Throws<FormatException>(() => RaceMethod.Find("adam")).Message, StringComparison.Ordinal);
    }

    private static RaceSettings Settings(RaceTask task) =>
        new()
        {
            Task = task,
            Method = "default",
            Model = "m",
            DataRoot = "d",
            WorkFolder = "w",
            Seed = 1,
            EvalEvery = 1,
            LimitSeconds = 60,
            PrgeRate = 5e-5f,
        };

    private static StepCompleted Step(long step) =>
        new(
            new StepResult
            {
                Step = step,
                Losses = [1, 1],
                ProjectedGradients = [0],
                LearningRate = 1,
                Skipped = false,
            },
            10,
            5,
            0
        );

    private static EvaluationCompleted Evaluation(long step, int correct)
    {
        var rows = Enumerable.Range(0, 4).Select(row => new ScoredExample(row, 0, row < correct ? 0 : 1, [-1, -1], -1, 1));
        return new EvaluationCompleted(step, new EvaluationResult([.. rows], ["no", "yes"]), false);
    }

    private RaceObserver Observe(RaceTask task) => new(Settings(task), () => _now, () => _stops++);

    private void At(double seconds, RaceObserver observer, TrainingEvent value)
    {
        _now = seconds;
        observer.Report(value);
    }
}
