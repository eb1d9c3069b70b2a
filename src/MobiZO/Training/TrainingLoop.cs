using System.Diagnostics;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Programs.Engines;

namespace MobiZO.Training;

/// <summary>Steps, evaluations, files. The journal is the truth: a stopped run is rebuilt from it to the same bits.</summary>
internal sealed class TrainingLoop
{
    private const int MostSkipsInARow = 5;

    // Forcing every line to disk would cost more than a step of a tiny model; power loss costs at most these steps, a killed process none.
    private const int StepsPerFlush = 8;

    private readonly TrainingSetup _setup;
    private readonly IStepObjective _objective;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly Stopwatch _sinceStart;
    private readonly RunFolder _folder;
    private readonly FineTuneOptions _options;
    private readonly List<EvaluationPoint> _evaluations = [];
    private double _stepMilliseconds;
    private long _skipped;
    private int _skippedInARow;

    public TrainingLoop(TrainingSetup setup, IStepObjective objective, IProgress<TrainingEvent>? progress, Stopwatch sinceStart)
    {
        (_setup, _objective, _progress, _sinceStart) = (setup, objective, progress, sinceStart);
        _options = setup.Options;
        _folder = new RunFolder(_options.Output);
    }

    public FineTuneResult Run(CancellationToken cancellation)
    {
        var optimizer = _options.Resume ? Resume() : Start();
        using var journal = _options.Resume
            ? JournalWriter.Resume(_folder.JournalFile, _setup.Header, optimizer.NextStep, StepsPerFlush)
            : JournalWriter.Create(_folder.JournalFile, _setup.Header, StepsPerFlush);
        _progress?.Report(new RunPlanned(_setup.Plan(optimizer.NextStep)));
        TellCutRows("training", _setup.Data.TrainSummary);
        TellCutRows("evaluation", _setup.Data.EvalSummary);
        if (optimizer.NextStep == 0 || IsEvaluationDue(optimizer.NextStep))
        {
            EvaluateOnce(optimizer, cancellation);
        }

        var end = RunEnd.Completed;
        while (optimizer.NextStep < _options.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                end = RunEnd.Cancelled;
                break;
            }

            if (HasStoppedImproving())
            {
                end = RunEnd.StoppedEarly;
                break;
            }

            TakeStep(optimizer, journal);
            if (IsEvaluationDue(optimizer.NextStep) && !cancellation.IsCancellationRequested)
            {
                EvaluateOnce(optimizer, CancellationToken.None);
            }
        }

        // Stopped between the last step and its evaluation.
        var isEvaluated = !IsEvaluationDue(optimizer.NextStep) || _evaluations.Any(point => point.Step == optimizer.NextStep);
        return Finish(optimizer, end == RunEnd.Completed && !isEvaluated ? RunEnd.Cancelled : end);
    }

    private void TellCutRows(string what, DataSummary? rows)
    {
        if (rows is { RowsCut: > 0 })
        {
            _progress?.Report(new RunNote(
                $"{rows.RowsCut} of {rows.RowsUsed} {what} rows were cut to {_options.Data.MaxLength} tokens (their answers were not). Raise --max-length if what was cut matters.", true));
        }
    }

    private ZerothOrderOptimizer Start()
    {
        Directory.CreateDirectory(_folder.Path);
        RunFolder.WriteJson(_folder.ConfigFile, Absolute(_options));
        RunFolder.WriteAdapter(_setup.Adapter, _folder.InitialAdapterFolder);
        return new ZerothOrderOptimizer(_options.Optimizer, _setup.Header.Layout, _options.Seed, _options.Steps);
    }

    private ZerothOrderOptimizer Resume()
    {
        var journal = RunJournal.Read(_folder.JournalFile);
        if (journal.Header.Differences(_setup.Header) is { Count: > 0 } differences)
        {
            throw new FineTuneException(
                $"'{_folder.Path}' was started with other settings, so it cannot be resumed with these (run / now): {string.Join("; ", differences)}. Use the settings of the run, or another folder.",
                FineTuneFailure.Settings);
        }

        _skipped = journal.Entries.Count(entry => entry.Skipped);
        var optimizer = Restore(journal);
        _evaluations.AddRange(_folder.ReadEvaluations(optimizer.NextStep));
        var note = journal.HasTornTail ? " (its last line was torn and is taken again)" : "";
        _progress?.Report(new RunNote($"Resumed at step {optimizer.NextStep} of {_options.Steps}{note}.", false));
        return optimizer;
    }

    /// <summary>Starts from the last checkpoint when there is a sound one, else from the beginning, and repeats the journal from there.</summary>
    private ZerothOrderOptimizer Restore(RunJournal journal)
    {
        if (!File.Exists(_folder.CheckpointFile))
        {
            return JournalReplay.Rebuild(journal);
        }

        var checkpoint = TrainingCheckpoint.Load(_folder.CheckpointFile, _setup.Header);
        if (checkpoint.NextStep > journal.Entries.Count)
        {
            // Power was lost after the checkpoint reached the disk but before the last journal lines did.
            throw new FineTuneException(
                $"{_folder.JournalFile} ends at step {journal.Entries.Count}, before the checkpoint at step {checkpoint.NextStep}. Remove {_folder.CheckpointFile} to continue from the journal.",
                FineTuneFailure.Input);
        }

        var optimizer = new ZerothOrderOptimizer(_options.Optimizer, _setup.Header.Layout, _options.Seed, _options.Steps);
        optimizer.Restore(checkpoint.NextStep, checkpoint.B, checkpoint.Velocity);
        foreach (var entry in journal.Entries.Skip((int)checkpoint.NextStep))
        {
            optimizer.Replay(entry.ProjectedGradients.ToArray(), entry.LearningRate);
        }

        return optimizer;
    }

    private void TakeStep(ZerothOrderOptimizer optimizer, JournalWriter journal)
    {
        var watch = Stopwatch.StartNew();
        var result = optimizer.Step(_objective);
        var milliseconds = watch.Elapsed.TotalMilliseconds;
        var peak = PeakMemory();
        journal.Append(new JournalEntry
        {
            Step = result.Step,
            Losses = result.Losses,
            ProjectedGradients = result.ProjectedGradients,
            LearningRate = result.LearningRate,
            Milliseconds = milliseconds,
            PeakMemoryBytes = peak,
            Skipped = result.Skipped,
        });
        _stepMilliseconds += milliseconds;
        _progress?.Report(new StepCompleted(result, _options.Steps, milliseconds, peak));
        CountSkips(result, optimizer);
    }

    private void CountSkips(StepResult result, ZerothOrderOptimizer optimizer)
    {
        _skippedInARow = result.Skipped ? _skippedInARow + 1 : 0;
        if (!result.Skipped)
        {
            return;
        }

        _skipped++;
        _progress?.Report(new RunNote($"Step {result.Step + 1}: a loss is not finite; the step changes nothing.", true));
        if (_skippedInARow >= MostSkipsInARow)
        {
            SaveState(optimizer);
            throw new FineTuneException(
                $"{MostSkipsInARow} steps in a row had a loss that is not finite, the last at step {result.Step + 1}: the adapter has diverged. " +
                $"Start again with a smaller --learning-rate (now {_options.Optimizer.EffectiveLearningRate}) or --epsilon (now {_options.Optimizer.Epsilon}); the best adapter so far is in '{_folder.BestAdapterFolder}'.");
        }
    }

    private bool IsEvaluationDue(long step) =>
        _setup.Evaluator is not null && (step == _options.Steps || (_options.EvalEvery > 0 && step > 0 && step % _options.EvalEvery == 0));

    private void EvaluateOnce(ZerothOrderOptimizer optimizer, CancellationToken cancellation)
    {
        var step = optimizer.NextStep;
        if (_setup.Evaluator is { } evaluator && _evaluations.All(point => point.Step != step))
        {
            var result = Score(evaluator, optimizer.B.ToArray(), cancellation);
            var point = EvaluationPoint.Of(step, result);
            // CompareTo puts NaN below every number, as MaxBy does.
            var isBest = _evaluations.All(earlier => earlier.Metric.CompareTo(point.Metric) < 0);
            if (isBest)
            {
                RunFolder.WriteAdapter(_setup.Adapter.WithState(optimizer.B.Span), _folder.BestAdapterFolder);
            }

            _evaluations.Add(point);
            RunFolder.WriteJson(_folder.EvaluationsFile, _evaluations);
            _progress?.Report(new EvaluationCompleted(step, result, isBest));
        }

        SaveState(optimizer);
    }

    private EvaluationResult Score(Evaluator evaluator, float[] b, CancellationToken cancellation) => evaluator.Evaluate(
        (HostTensor.Of(_setup.A, _setup.A.Length), HostTensor.Of(b, b.Length)),
        done => _progress?.Report(new StageProgress("evaluating", done, evaluator.RowCount)),
        cancellation);

    private bool HasStoppedImproving()
    {
        if (_options.Patience == 0 || _evaluations.Count == 0)
        {
            return false;
        }

        var best = _evaluations.MaxBy(point => point.Metric)!;
        return _evaluations.Count(point => point.Step > best.Step) >= _options.Patience;
    }

    private void SaveState(ZerothOrderOptimizer optimizer)
    {
        var best = _evaluations.MaxBy(point => point.Metric);
        new TrainingCheckpoint
        {
            NextStep = optimizer.NextStep,
            B = optimizer.B.ToArray(),
            Velocity = optimizer.Velocity.ToArray(),
            BestMetric = best?.Metric,
            BestStep = best?.Step,
            Counters = new Dictionary<string, long> { ["skipped"] = _skipped },
        }.Save(_folder.CheckpointFile, _setup.Header);
    }

    private FineTuneResult Finish(ZerothOrderOptimizer optimizer, RunEnd end)
    {
        SaveState(optimizer);
        RunFolder.WriteAdapter(_setup.Adapter.WithState(optimizer.B.Span), _folder.AdapterFolder);
        var hasBest = _evaluations.Count > 0;
        var (before, test) = end == RunEnd.Cancelled || _options.TestData is null ? (null, null) : ScoreHeldOut(optimizer, hasBest);
        var result = new FineTuneResult
        {
            End = end,
            Steps = optimizer.NextStep,
            SkippedSteps = _skipped,
            Evaluations = [.. _evaluations],
            TestBefore = before,
            Test = test,
            AdapterFolder = _folder.AdapterFolder,
            BestAdapterFolder = hasBest ? _folder.BestAdapterFolder : _folder.AdapterFolder,
            Seconds = _sinceStart.Elapsed.TotalSeconds,
            StepSeconds = _stepMilliseconds / 1000,
            PeakMemoryBytes = PeakMemory(),
        };
        RunFolder.WriteJson(_folder.ReportFile, result);
        return result;
    }

    /// <summary>The held-out rows are read here and nowhere else: base model and kept adapter, once.</summary>
    private (EvaluationPoint Before, EvaluationPoint After) ScoreHeldOut(ZerothOrderOptimizer optimizer, bool hasBest)
    {
        var evaluator = _setup.CreateEvaluator(_setup.Data.ReadTest());
        _setup.Fill(evaluator.Prompts, "held-out", CancellationToken.None);
        var names = _setup.Adapter.Modules.Select(module => module.Name).ToArray();
        var kept = hasBest ? Adapters.PeftAdapter.Load(_folder.BestAdapterFolder).OrderedAs(names).ToState() : optimizer.B.ToArray();
        var before = EvaluationPoint.Of(0, Score(evaluator, new float[kept.Length], CancellationToken.None));
        var step = hasBest ? _evaluations.MaxBy(point => point.Metric)!.Step : optimizer.NextStep;
        return (before, EvaluationPoint.Of(step, Score(evaluator, kept, CancellationToken.None)));
    }

    private static FineTuneOptions Absolute(FineTuneOptions options) => options with
    {
        Model = Path.GetFullPath(options.Model),
        TrainData = Path.GetFullPath(options.TrainData),
        EvalData = options.EvalData is null ? null : Path.GetFullPath(options.EvalData),
        TestData = options.TestData is null ? null : Path.GetFullPath(options.TestData),
        Output = Path.GetFullPath(options.Output),
        Resume = false,
    };

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
