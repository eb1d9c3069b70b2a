using System.Diagnostics;
using MobiZO.Runs;
using MobiZO.Training;
using Spectre.Console;

namespace MobiZO.Cli.Reporting;

/// <summary>A table on a terminal that follows the run; plans, notes and evaluations scroll above it.</summary>
/// <param name="block">The place on the terminal.</param>
/// <param name="options">The run; null when only stages are told.</param>
internal sealed class LiveDisplay(StatusBlock block, FineTuneOptions? options = null) : IRunDisplay, IProgress<TrainingEvent>
{
    private const int MillisecondsBetweenRefreshes = 100;

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceRefresh = Stopwatch.StartNew();
    private string _stage = "opening the model";
    private StepCompleted? _step;
    private double _smoothedLoss;
    private double _smoothedMilliseconds;
    private EvaluationPoint? _best;
    private EvaluationPoint? _last;
    private int _steps = options?.Steps ?? 0;

    public async Task<T> ShowAsync<T>(Func<IProgress<TrainingEvent>, Task<T>> work)
    {
        block.Draw(Draw());
        try
        {
            return await work(this);
        }
        finally
        {
            lock (_lock)
            {
                block.Clear();
            }
        }
    }

    public void Report(TrainingEvent value)
    {
        lock (_lock)
        {
            string[] lines = [.. Take(value)];
            if (lines.Length > 0)
            {
                block.WriteAbove(lines, Draw());
            }
            else if (_sinceRefresh.ElapsedMilliseconds < MillisecondsBetweenRefreshes)
            {
                return;
            }
            else
            {
                block.Draw(Draw());
            }

            _sinceRefresh.Restart();
        }
    }

    /// <summary>Remembers what happened; returns what is written above the table.</summary>
    private IEnumerable<string> Take(TrainingEvent value)
    {
        switch (value)
        {
            case RunPlanned planned:
                _steps = planned.Plan.Steps;
                return options is null ? [] : PlanText.Lines(planned.Plan, options);
            case SamplesWritten samples:
                return SampleTexts.Lines(samples.Step, _steps, samples.Samples);
            case PrefixesPlanned planned:
                return [$"{planned.Rows} prompts: {PlanText.Prompts(planned.Plan)}"];
            case RunNote note:
                return [NoteText.Line(note)];
            case StageProgress stage:
                _stage = $"{stage.Stage} {stage.Done}/{stage.Total}";
                return [];
            case StepCompleted step:
                _stage = "training";
                _smoothedLoss = _step is null ? step.MeanLoss : (0.9 * _smoothedLoss) + (0.1 * step.MeanLoss);
                _smoothedMilliseconds = _step is null ? step.Milliseconds : (0.9 * _smoothedMilliseconds) + (0.1 * step.Milliseconds);
                _step = step;
                return [];
            case EvaluationCompleted evaluation:
                _last = evaluation.Result.At(evaluation.Step);
                _best = evaluation.IsBest ? _last : _best;
                return
                [
                    $"eval {evaluation.Step}/{_steps}  {EvaluationText.Line(_last, EvaluationText.ScoreOf(options))}"
                        + (evaluation.IsBest ? "  best" : ""),
                ];
            default:
                return [];
        }
    }

    private Table Draw()
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        void Row(string name, string text) => table.AddRow(new Markup(Markup.Escape(name)), new Markup(Markup.Escape(text)));
        Row("now", _stage);
        if (_step is { } step)
        {
            var done = step.Result.Step + 1;
            Row("step", $"{done} of {step.TotalSteps}, {Quantity.Seconds(_smoothedMilliseconds / 1000 * (step.TotalSteps - done))} left");
            var (name, sign) = options?.Score is null ? ("loss", 1) : ("score", -1);
            Row(name, $"{Quantity.Loss(sign * step.MeanLoss)}, smoothed {Quantity.Loss(sign * _smoothedLoss)}");
            Row("learning rate", Quantity.Rate(step.Result.LearningRate));
            Row("time a step", Quantity.Milliseconds(_smoothedMilliseconds));
            if (step.Work is { } work)
            {
                Row("so far", WorkText.Line(work));
            }

            Row("peak memory", Quantity.Bytes(step.PeakMemoryBytes));
        }

        if (_last is not null && _best is not null)
        {
            var name = EvaluationText.ScoreOf(options);
            Row("evaluation", $"{EvaluationText.Metric(_last, name)}, best {EvaluationText.Metric(_best, name)} at step {_best.Step}");
        }

        return table;
    }
}
