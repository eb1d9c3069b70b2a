using System.Diagnostics;
using System.Globalization;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Programs;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>Takes the steps of a prepared run. The journal is the truth: a stopped run is rebuilt from it to the same bits.</summary>
internal sealed class TrainingLoop
{
    private const int MostSkipsInARow = 5;

    // Forcing every line to disk would cost more than a step of a tiny model; power loss costs at most these steps, a killed process none.
    internal const int StepsPerFlush = 8;

    private readonly PreparedRun _run;
    private readonly IStepObjective _objective;
    private readonly RecordedRun? _recorded;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly TimeProvider _time;
    private readonly FineTuneOptions _options;
    private readonly RunFolder _folder;
    private readonly RunEvaluations _evaluations;
    private readonly StateOptimizer _optimizer;
    private readonly RunWork _work;
    private readonly RunSamples _samples;
    private double _stepMilliseconds;
    private long _skipped;
    private int _skippedInARow;
    private bool _isSpreadTold;

    /// <param name="run">The run.</param>
    /// <param name="objective">The losses of its steps, as the optimiser asks for them.</param>
    /// <param name="recorded">The run that goes on; null for a new one.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="time">What the lines of the journal are stamped by.</param>
    public TrainingLoop(
        PreparedRun run,
        IStepObjective objective,
        RecordedRun? recorded,
        IProgress<TrainingEvent>? progress,
        TimeProvider time
    )
    {
        (_run, _objective, _recorded, _progress, _time, _options) = (run, objective, recorded, progress, time, run.Options.Run);
        _folder = new RunFolder(_options.Output);
        _optimizer = recorded is null ? Start() : Continue(recorded);
        _work = new RunWork(run.Examples, run.Options, _optimizer.NextStep);
        _evaluations = new RunEvaluations(run, _folder, recorded?.Journal, _optimizer.NextStep, progress);
        _samples = new RunSamples(run, _folder, _optimizer.NextStep, progress);
    }

    /// <summary>Takes the steps that are left, with their evaluations, and writes the results.</summary>
    /// <param name="sinceStart">Runs since the process began this run.</param>
    /// <param name="cancellation">Stops after the current step.</param>
    public FineTuneResult Run(Stopwatch sinceStart, CancellationToken cancellation)
    {
        using var journal = _recorded is null
            ? JournalWriter.Create(_folder.JournalFile, _run.Header, StepsPerFlush, _time)
            : JournalWriter.Resume(_recorded.Journal, _run.Header, _optimizer.NextStep, StepsPerFlush, _time);
        _progress?.Report(new RunPlanned(RunPlanner.Plan(_run, _optimizer.NextStep)));
        _run.Rows.TellNotes(_progress);
        var end = TakeSteps(journal, cancellation);
        return Finish(end, sinceStart, cancellation);
    }

    private RunEnd TakeSteps(JournalWriter journal, CancellationToken cancellation)
    {
        JournalEvaluation? before = null;
        if (_optimizer.NextStep == 0)
        {
            before = Evaluate(cancellation);
            Sample(cancellation);
        }

        while (_optimizer.NextStep < _options.StepsInForce)
        {
            if (cancellation.IsCancellationRequested)
            {
                return RunEnd.Cancelled;
            }

            if (_evaluations.HaveStoppedImproving)
            {
                return RunEnd.StoppedEarly;
            }

            if (!TakeStep(journal, before, cancellation))
            {
                return RunEnd.Cancelled;
            }

            before = null;
        }

        // Stopped between the last step and its evaluation.
        return _evaluations.IsMissing(_optimizer.NextStep) ? RunEnd.Cancelled : RunEnd.Completed;
    }

    private FineTuneResult Finish(RunEnd end, Stopwatch sinceStart, CancellationToken cancellation)
    {
        SaveState();
        if (end != RunEnd.Cancelled)
        {
            Sample(CancellationToken.None);
        }

        AdapterFiles.Save(_run.Adapter.WithState(_optimizer.B.Span), _folder.AdapterFolder);
        _evaluations.KeepBest();
        var last = end == RunEnd.Cancelled ? null : LastRows(cancellation);
        var result = new FineTuneResult
        {
            End = end,
            Steps = _optimizer.NextStep,
            TotalSteps = _options.StepsInForce,
            SkippedSteps = _skipped,
            TokenShare = _options.TokenShareInForce,
            Evaluations = [.. _evaluations.Points],
            Anchors = last is null || !RunAnchors.Apply(_run) ? null : AnchorsBeside(last, cancellation),
            Spoken = last is null || _run.Rows.Labels == 0 ? null : SpokenLabels.Of(last),
            LastRows = last,
            Work = _work.Sum,
            Samples = _samples.All,
            AdapterFolder = _folder.AdapterFolder,
            BestAdapterFolder = _evaluations.Best is null ? _folder.AdapterFolder : _folder.BestAdapterFolder,
            Seconds = sinceStart.Elapsed.TotalSeconds,
            StepSeconds = _stepMilliseconds / 1000,
            PeakMemoryBytes = ProcessMemory.Peak(),
        };
        RunFolder.WriteJson(_folder.ReportFile, result);
        return end == RunEnd.Cancelled || _options.TestData is null ? result : WithHeldOut(result, sinceStart, cancellation);
    }

    /// <summary>The report with the held-out rows. The run is complete without them: what is wrong with them costs nothing else.</summary>
    private FineTuneResult WithHeldOut(FineTuneResult result, Stopwatch sinceStart, CancellationToken cancellation)
    {
        EvaluationPoint before,
            after;
        try
        {
            (before, after) = _evaluations.ScoreHeldOut(_optimizer.NextStep, _optimizer.B.ToArray(), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _progress?.Report(new RunNote("Stopped before the held-out rows were scored; FineTuneOptions.Resume scores them.", true));
            return result;
        }
        catch (DataException error)
        {
            throw new FineTuneException(
                $"The held-out rows cannot be scored: {error.Message} All steps are taken, and the report and the adapter are in "
                    + $"'{_folder.Path}': correct the rows, and FineTuneOptions.Resume scores them.",
                FineTuneFailure.Input
            );
        }

        result = result with
        {
            TestBefore = before,
            Test = after,
            Seconds = sinceStart.Elapsed.TotalSeconds,
            PeakMemoryBytes = ProcessMemory.Peak(),
        };
        RunFolder.WriteJson(_folder.ReportFile, result);
        return result;
    }

    /// <summary>The rows of the last evaluation; null where there are none, or reading them again is stopped.</summary>
    private EvaluationResult? LastRows(CancellationToken cancellation)
    {
        try
        {
            return _evaluations.LastOrScored(_optimizer.NextStep, _optimizer.B.ToArray(), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What simpler ways reach: what stops that costs the report these lines, and the run nothing.</summary>
    private Anchors? AnchorsBeside(EvaluationResult last, CancellationToken cancellation)
    {
        try
        {
            return RunAnchors.Measure(_run, _evaluations.ZeroShot(cancellation), last, _progress, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception error) when (error is ProgramException or FineTuneException or IOException)
        {
            _progress?.Report(new RunNote($"The anchors are left out: {error.Message}", IsWarning: true));
            return null;
        }
    }

    private StateOptimizer Start()
    {
        _folder.RemoveResults();
        _folder.WriteConfig(_options);
        AdapterFiles.Save(_run.Adapter, _folder.InitialAdapterFolder);
        return StateOptimizer.Create(_options.Optimizer, _run.Header.Layout, _options.Seed, _options.StepsInForce, _run.Adapter.ToState());
    }

    private StateOptimizer Continue(RecordedRun recorded)
    {
        // The line of a step has the evaluation behind it: a step that was stopped before its evaluation is taken again.
        var entries = recorded.Journal.Entries;
        var isMissing = entries.Count > 0 && entries[^1].Evaluation is null && RunEvaluations.IsDue(_run, entries.Count);
        var optimizer = recorded.Restore(_run.Header, entries.Count - (isMissing ? 1 : 0), _progress, _run.Adapter.ToState());
        _skipped = entries.Take((int)optimizer.NextStep).Count(entry => entry.Skipped);
        var note = recorded.Journal.HasTornTail ? " (its end was torn and is taken again)" : "";
        _progress?.Report(
            new RunNote(FormattableString.Invariant($"Resumed at step {optimizer.NextStep} of {_options.StepsInForce}{note}."), false)
        );
        return optimizer;
    }

    /// <returns>False: the step was stopped before it changed anything.</returns>
    private bool TakeStep(JournalWriter journal, JournalEvaluation? before, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        StepResult result;
        try
        {
            result = _optimizer.Step(_objective);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }

        var milliseconds = watch.Elapsed.TotalMilliseconds;
        var damage = result.Skipped ? _run.FindDamage(result.Step) : null;
        if (damage is not null && result.Step == 0)
        {
            throw damage;
        }

        var peak = ProcessMemory.Peak();
        _stepMilliseconds += milliseconds;
        var work = _work.Add(result.Step);
        _progress?.Report(new StepCompleted(result, _options.StepsInForce, milliseconds, peak) { Work = _work.Sum });
        var isEvaluated = _evaluations.IsDue(_optimizer.NextStep) && !cancellation.IsCancellationRequested;
        journal.Append(
            new JournalEntry
            {
                Step = result.Step,
                Losses = result.Losses,
                ProjectedGradients = result.ProjectedGradients,
                LearningRate = result.LearningRate,
                Milliseconds = milliseconds,
                PeakMemoryBytes = peak,
                Work = work,
                Skipped = result.Skipped,
                Before = before,
                Evaluation = isEvaluated ? Evaluate(CancellationToken.None) : null,
            },
            result.Gradient
        );
        if (isEvaluated)
        {
            SaveState();
            Sample(CancellationToken.None);
        }

        CountSkips(result, damage);
        return true;
    }

    /// <param name="result">The step.</param>
    /// <param name="damage">Why the base model alone gives no numbers for its rows; null when it does.</param>
    private void CountSkips(StepResult result, FineTuneException? damage)
    {
        _skippedInARow = result.Skipped ? _skippedInARow + 1 : 0;
        if (_options.Score is not null && !_isSpreadTold && !result.Skipped && result.Losses.Distinct().Count() == 1)
        {
            _isSpreadTold = true;
            _progress?.Report(
                new RunNote(
                    FormattableString.Invariant($"Step {result.Step + 1}: all copies score the same, so that the step changes nothing. ")
                        + FormattableString.Invariant($"A larger OptimizerOptions.Epsilon (now {_options.Optimizer.Epsilon}) or a score ")
                        + "that gives partial credit tells them apart. Further such steps are not told.",
                    true
                )
            );
        }

        if (!result.Skipped)
        {
            return;
        }

        _skipped++;
        _progress?.Report(
            new RunNote(
                FormattableString.Invariant($"Step {result.Step + 1}: a loss or gradient is not finite; the step changes nothing.")
                    + (damage is null ? "" : $" {damage.Message}"),
                true
            )
        );
        if (_skippedInARow >= MostSkipsInARow)
        {
            SaveState();
            if (damage is not null)
            {
                throw damage;
            }

            var (rate, epsilon) = (_options.Optimizer.LearningRate, _options.Optimizer.Epsilon);
            throw new FineTuneException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{MostSkipsInARow} steps in a row had a loss or gradient that is not finite, the last at step {result.Step + 1}: the adapter "
                        + $"has diverged. "
                )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"Start again with a smaller OptimizerOptions.LearningRate (now {rate}) or OptimizerOptions.Epsilon (now "
                            + $"{epsilon}){_evaluations.BestSoFar}."
                    )
            );
        }
    }

    private JournalEvaluation? Evaluate(CancellationToken cancellation) =>
        _evaluations.Add(_optimizer.NextStep, _optimizer.B.ToArray(), _work.Sum, cancellation) is { } evaluation
            ? evaluation with
            {
                Time = _time.GetUtcNow(),
            }
            : null;

    private void Sample(CancellationToken cancellation) => _samples.Write(_optimizer.NextStep, _optimizer.B.ToArray(), cancellation);

    private void SaveState() =>
        new TrainingCheckpoint
        {
            NextStep = _optimizer.NextStep,
            B = _optimizer.B.ToArray(),
            Moments = _optimizer.Moments.ToArray(),
        }.Save(_folder.CheckpointFile, _run.Header);
}
