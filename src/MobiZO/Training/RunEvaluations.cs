using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>The evaluations of a run: when one is due, which was the best, and whether they still improve.</summary>
internal sealed class RunEvaluations
{
    private readonly PreparedRun _run;
    private readonly RunFolder _folder;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly List<EvaluationPoint> _points;
    private (long Step, EvaluationResult Result)? _lastRows;

    /// <param name="run">The run.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="journal">The journal of a run that goes on; null for a new one.</param>
    /// <param name="steps">Steps of the journal that count.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    public RunEvaluations(PreparedRun run, RunFolder folder, RunJournal? journal, long steps, IProgress<TrainingEvent>? progress)
    {
        (_run, _folder, _progress) = (run, folder, progress);
        _points = [.. journal?.Entries.Take((int)steps).SelectMany(entry => entry.Evaluations).Select(EvaluationPoint.Of) ?? []];
        if (journal is not null)
        {
            RestoreBest(journal);
        }
    }

    /// <summary>Every evaluation in order.</summary>
    public IReadOnlyList<EvaluationPoint> Points => _points;

    /// <summary>The best evaluation, the first of equals; null until a trained adapter was evaluated.</summary>
    public EvaluationPoint? Best => EvaluationPoint.BestOf(_points);

    /// <summary>Whether the last <see cref="FineTuneOptions.Patience"/> evaluations were not better than an earlier one.</summary>
    public bool HaveStoppedImproving =>
        _run.Options.Run.PatienceInForce > 0
        && Best is not null
        && EvaluationPoint.SinceImprovement(_points) >= _run.Options.Run.PatienceInForce;

    /// <summary>Where the best adapter is, as the end of a sentence; empty when there is none.</summary>
    public string BestSoFar => Best is null ? "" : $"; the best adapter so far is in '{_folder.BestAdapterFolder}'";

    /// <summary>Whether an evaluation belongs behind this many steps.</summary>
    public bool IsDue(long step) => IsDue(_run, step);

    /// <summary>Whether an evaluation of a run belongs behind this many steps.</summary>
    public static bool IsDue(PreparedRun run, long step)
    {
        var options = run.Options.Run;
        return run.Evaluator is not null
            && (step == options.StepsInForce || (options.EvalEvery > 0 && step > 0 && step % options.EvalEvery == 0));
    }

    /// <summary>Whether an evaluation belongs behind this many steps and is not there.</summary>
    public bool IsMissing(long step) => IsDue(step) && !Has(step);

    /// <summary>Scores the evaluation rows, unless there are none or it was done; the best adapter is written.</summary>
    /// <param name="step">Steps taken.</param>
    /// <param name="b">The trained state after them.</param>
    /// <param name="work">What the steps cost.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <returns>What the journal keeps; null when nothing was scored.</returns>
    public JournalEvaluation? Add(long step, float[] b, StepWork work, CancellationToken cancellation)
    {
        if (_run.Evaluator is not { } evaluator || Has(step))
        {
            return null;
        }

        var result = Score(evaluator, b, step, cancellation);
        _lastRows = (step, result);
        var point = result.At(step) with { Work = work };

        var isBest = _points.All(point.IsBetterThan);
        var isFirst = _points.All(earlier => earlier.Step == 0);
        _points.Add(point);
        if (step > 0 && (isBest || isFirst))
        {
            // The adapter before the first step is only kept when training made it worse.
            AdapterFiles.Save(_run.Adapter.WithState(isBest ? b : _run.Adapter.ToState()), _folder.BestAdapterFolder);
        }

        _progress?.Report(new EvaluationCompleted(step, result, isBest) { Work = work });
        return point.ToJournal(isBest);
    }

    /// <summary>
    /// Scores the held-out rows, which are read here and nowhere else, once: with the base model and with the kept adapter, the best one if
    /// there is any.
    /// </summary>
    /// <param name="step">Steps taken.</param>
    /// <param name="b">The trained state after them.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public (EvaluationPoint Before, EvaluationPoint After) ScoreHeldOut(long step, float[] b, CancellationToken cancellation)
    {
        var evaluator = _run.CreateEvaluator(_run.Rows.ReadTest());
        _run.Caches.Fill(evaluator.Cache, "held-out", isLast: true, cancellation);
        var kept = Best is null
            ? b
            : AdapterFiles.Load(_folder.BestAdapterFolder).OrderedAs([.. _run.Adapter.Modules.Select(module => module.Name)]).ToState();
        var before = Score(evaluator, new float[b.Length], 0, cancellation).At(0);
        return (before, Score(evaluator, kept, step, cancellation).At(Best?.Step ?? step));
    }

    /// <summary>The evaluation rows once more, where this process has not scored them after the last step.</summary>
    /// <param name="step">Steps taken.</param>
    /// <param name="b">The trained state after them.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public EvaluationResult? LastOrScored(long step, float[] b, CancellationToken cancellation) =>
        _run.Evaluator is not { } evaluator ? null
        : _lastRows is { } last && last.Step == step ? last.Result
        : Score(evaluator, b, step, cancellation);

    /// <summary>What the base model alone reaches on the evaluation rows.</summary>
    /// <param name="cancellation">Stops between two batches.</param>
    public Anchor ZeroShot(CancellationToken cancellation)
    {
        // Before the first step an adapter that was not trained before changes nothing.
        if (_run.Options.Run.Adapter.StartFrom is null && _points.FirstOrDefault(point => point.Step == 0) is { } first)
        {
            return new Anchor(first.Correct, first.Rows);
        }

        // What it writes, and a score of that, are of no matter here.
        var adapter = AdapterTensors.Of(_run.Adapter, new float[_run.Adapter.Layout.Total]);
        var result = ScoreRows(_run.Evaluator!, adapter, 0, cancellation);
        return new Anchor(result.Correct, result.Examples.Count);
    }

    /// <summary>Sees to it that the best adapter is in its folder, which can be moved away while a run goes on.</summary>
    public void KeepBest()
    {
        if (Best is not null && !IsWhole(_folder.BestAdapterFolder))
        {
            RestoreBest(RunJournal.Read(_folder.JournalFile));
        }
    }

    /// <summary>
    /// The best adapter so far can be lost or damaged, as a folder that was removed; the journal has what it takes to write it again.
    /// </summary>
    private void RestoreBest(RunJournal journal)
    {
        if (Best is { } best && !IsWhole(_folder.BestAdapterFolder))
        {
            AdapterFiles.Save(
                _run.Adapter.WithState(JournalReplay.Run(journal, best.Step, _run.Adapter.ToState())),
                _folder.BestAdapterFolder
            );
            _progress?.Report(
                new RunNote(
                    FormattableString.Invariant(
                        $"The best adapter, of step {best.Step}, was missing or damaged; it was written again from the journal."
                    ),
                    IsWarning: false
                )
            );
        }
    }

    private static bool IsWhole(string folder)
    {
        try
        {
            AdapterFiles.Load(folder);
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private bool Has(long step) => _points.Any(point => point.Step == step);

    private EvaluationResult Score(Evaluator evaluator, float[] b, long step, CancellationToken cancellation)
    {
        var adapter = AdapterTensors.Of(_run.Adapter, b);
        return _run.WithAnswers(ScoreRows(evaluator, adapter, step, cancellation), evaluator, adapter, cancellation);
    }

    private EvaluationResult ScoreRows(Evaluator evaluator, AdapterTensors adapter, long step, CancellationToken cancellation) =>
        evaluator.Evaluate(
            adapter,
            done => _progress?.Report(new StageProgress("evaluating", done, evaluator.RowCount)),
            cancellation,
            step == 0 ? null : row => Diverged(row, step)
        );

    private FineTuneException Diverged(EncodedExample row, long step)
    {
        var optimizer = _run.Options.Run.Optimizer;
        return new FineTuneException(
            FormattableString.Invariant($"{Evaluator.NoNumbers(row)} after step {step}: the adapter has diverged. Start again with a ")
                + FormattableString.Invariant($"smaller OptimizerOptions.LearningRate (now {optimizer.LearningRate}) or ")
                + FormattableString.Invariant($"OptimizerOptions.Epsilon (now {optimizer.Epsilon}){BestSoFar}.")
        );
    }
}
