using MobiZO.TrainBench.Machine;
using MobiZO.Training;

namespace MobiZO.TrainBench.Race;

/// <summary>Follows a run: charges the time between two events to what went on, and stops the run at the goal.</summary>
/// <param name="settings">The run.</param>
/// <param name="clock">Seconds since the process started.</param>
/// <param name="stop">Stops the run.</param>
internal sealed class RaceObserver(RaceSettings settings, Func<double> clock, Action stop) : IProgress<TrainingEvent>
{
    private readonly List<RacePoint> _curve = [];
    private double _last;
    private double _load;
    private double _prompts;
    private double _evaluationPrompts;
    private double _steps;
    private double _evaluations;
    private long _stepCount;
    private long _rows;
    private long _rowsPerStep;
    private double? _goal;
    private double? _reachedAt;

    public void Report(TrainingEvent value)
    {
        var now = clock();
        var elapsed = now - _last;
        _last = now;
        switch (value)
        {
            // The event at 0 closes what came before; only then do prompts begin.
            case StageProgress { Done: > 0 } stage when stage.Stage.StartsWith("caching", StringComparison.Ordinal):
                _prompts += elapsed;
                _evaluationPrompts += stage.Stage == "caching evaluation prompts" ? elapsed : 0;
                break;
            // Told after the first prompts; those of training rows come behind the loading of their program.
            case PrefixesPlanned { Rows: "evaluation" }:
                _prompts += elapsed;
                _evaluationPrompts += elapsed;
                break;
            case StageProgress { Stage: "evaluating" }:
                _evaluations += elapsed;
                break;
            case RunPlanned planned:
                _load += elapsed;
                _rowsPerStep = planned.Plan.RowsPerStep;
                break;
            case StepCompleted:
                _steps += elapsed;
                _stepCount++;
                _rows += _rowsPerStep;
                break;
            case EvaluationCompleted evaluation:
                _evaluations += elapsed;
                Judge(evaluation, now);
                break;
            default:
                _load += elapsed;
                break;
        }
    }

    /// <summary>What has been seen.</summary>
    /// <param name="note">Why the run ended, when not at the goal.</param>
    public RaceResult Finish(string? note) =>
        new()
        {
            Task = settings.Task.Name,
            Method = settings.Method,
            Seed = settings.Seed,
            Goal = _goal,
            IsReached = _reachedAt is not null,
            Seconds = _reachedAt ?? clock(),
            LoadSeconds = _load,
            PromptSeconds = _prompts,
            EvaluationPromptSeconds = _evaluationPrompts,
            StepSeconds = _steps,
            EvaluationSeconds = _evaluations,
            Steps = _stepCount,
            Rows = _rows,
            PeakBytes = ResidentPeak.Bytes,
            Curve = _curve,
            Note = _reachedAt is null ? note : null,
        };

    private void Judge(EvaluationCompleted evaluation, double now)
    {
        var accuracy =
            evaluation.Result.Accuracy
            ?? throw new InvalidOperationException("The rows of a race need label words: accuracy is what is raced for.");
        _curve.Add(new RacePoint(evaluation.Step, now, accuracy));
        _goal ??= settings.Task.GoalAfter(accuracy);
        if (accuracy >= _goal && _reachedAt is null)
        {
            _reachedAt = now;
            stop();
        }
    }
}
