using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Optimization;
using MobiZO.Runs;
using MobiZO.Tasks;
using MobiZO.TrainBench.Anchors;
using MobiZO.Training;

namespace MobiZO.TrainBench.Suite;

/// <summary>Trains a ready task with the library's defaults.</summary>
internal static class SuiteRun
{
    /// <summary>The folder of a task's data below a root; null: there is none, or one file of the two is missing.</summary>
    public static string? FolderOf(ReadyTask task, string root) =>
        Directory.GetDirectories(root).Order(StringComparer.Ordinal).Prepend(root).FirstOrDefault(folder => HasFiles(task, folder));

    public static async Task<SuiteResult> RunAsync(ReadyTask task, SuiteSettings settings, string output, CancellationToken cancellation)
    {
        var (run, isSplit) = OptionsOf(task, settings, output);
        var observer = new Observer();
        var result = await new FineTuner(run).TrainAsync(observer, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var (plan, evaluation) = (observer.Plan!, observer.Evaluation!);
        var decided = new RunFolder(output).ReadConfig();
        double AccuracyOf(EvaluationPoint? point) =>
            point?.Accuracy ?? throw new InvalidOperationException($"{task.Name}: the rows of a suite need choices.");
        return new SuiteResult
        {
            Task = task.Name,
            Model = Path.GetFileName(settings.Model),
            Seed = settings.Seed,
            TrainData = Path.GetRelativePath(settings.DataRoot, run.TrainData),
            IsSplit = isSplit,
            TrainRows = plan.Train.RowsUsed,
            EvalRows = evaluation.Examples.Count,
            Estimator = decided.Optimizer.Estimator.ToString(),
            Steps = result.Steps,
            ExamplesPerStep = decided.ExamplesPerStep!.Value,
            Majority =
                evaluation.Choices.Count == 0
                    ? null
                    : evaluation.Examples.CountBy(row => row.Label!.Value).Max(pair => pair.Value) / (double)evaluation.Examples.Count,
            MlNet = TextClassification.Of(run)?.Anchor.Accuracy,
            ZeroShot = AccuracyOf(result.First),
            Probe = result.Anchors?.Probe?.Accuracy,
            Discriminant = result.Anchors?.Discriminant?.Accuracy,
            Last = AccuracyOf(result.Last),
            Best = AccuracyOf(result.Best),
            BestStep = result.Best!.Step,
            Seconds = result.Seconds,
            StepSeconds = result.StepSeconds,
        };
    }

    private static (FineTuneOptions Run, bool IsSplit) OptionsOf(ReadyTask task, SuiteSettings settings, string output)
    {
        var run = task.ApplyTo(
            new FineTuneOptions
            {
                Model = settings.Model,
                TrainData = "",
                Output = output,
                Seed = settings.Seed,
                Steps = settings.Steps,
                EvalEvery = settings.EvalEvery,
                EvalMaxRows = settings.EvalRows,
                Data = new DataOptions { MaxRows = settings.TrainRows },
                Optimizer = new OptimizerOptions { Estimator = settings.Estimator },
            },
            FolderOf(task, settings.DataRoot)!
        );
        run = run with { Engine = run.Engine with { Threads = settings.Threads } };
        if (DataFile.Read(run.TrainData, run.Data).Count >= settings.FewestRows)
        {
            return (run, false);
        }

        // Half of the rows that are used measure; the sample is at most as large as both sides together would have been.
        var rows = Math.Min(DataFile.Read(run.EvalData!, run.Data).Count, settings.TrainRows + settings.EvalRows);
        return (
            run with
            {
                TrainData = run.EvalData!,
                EvalData = null,
                EvalMaxRows = null,
                Data = run.Data with { MaxRows = rows, EvalFraction = 0.5 },
            },
            true
        );
    }

    private static bool HasFiles(ReadyTask task, string folder)
    {
        try
        {
            return task.TrainFileIn(folder).Length > 0 && task.EvalFileIn(folder) is not null;
        }
        catch (FineTuneException)
        {
            return false;
        }
    }

    /// <summary>Keeps the plan of the run and its last evaluation.</summary>
    private sealed class Observer : IProgress<TrainingEvent>
    {
        public RunPlan? Plan { get; private set; }

        public EvaluationResult? Evaluation { get; private set; }

        public void Report(TrainingEvent value)
        {
            switch (value)
            {
                case RunPlanned planned:
                    Plan = planned.Plan;
                    break;
                case EvaluationCompleted evaluation:
                    Evaluation = evaluation.Result;
                    break;
                default:
                    break;
            }
        }
    }
}
