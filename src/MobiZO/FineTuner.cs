using MobiZO.Optimization;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO;

/// <summary>
/// The door: fine-tunes a local language model on a data file, inside the engine that runs it.
/// <code>
/// rows -> template -> tokenizer -> batch -> session.Step(batch, seed, lr, eps) -> losses -> gradient scalars -> journal -> adapter
/// </code>
/// </summary>
public sealed class FineTuner
{
    private readonly FineTuneOptions _options;
    private readonly Func<IStepObjective, IStepObjective> _evaluating;

    /// <summary>Checks the options; nothing is opened yet.</summary>
    /// <exception cref="FineTuneException">They have errors; the message lists every one.</exception>
    public FineTuner(FineTuneOptions options)
        : this(options, objective => objective) { }

    /// <param name="options">The run.</param>
    /// <param name="evaluating">Puts something between the optimiser and the objective of the run, for example what evaluates slices of the
    /// copies.</param>
    internal FineTuner(FineTuneOptions options, Func<IStepObjective, IStepObjective> evaluating)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new FineTuneException(
                "The settings of the run have errors:" + string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}")),
                FineTuneFailure.Settings
            );
        }

        (_options, _evaluating) = (options, evaluating);
    }

    /// <summary>The clock that events and the lines of the journal are stamped by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Opens model and data, measures one step and says what a run would cost; trains nothing and writes nothing into the run folder.
    /// </summary>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    public Task<RunPlan> PlanAsync(IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(
            () =>
            {
                var stamped = StampedProgress.Of(progress, Time);
                using var run = PreparedRun.Preview(_options, stamped);
                run.Rows.TellNotes(stamped);
                return RunPlanner.Plan(run, 0);
            },
            cancellation
        );

    /// <summary>Trains, evaluates and writes the run folder. Cancelling finishes the step and leaves a run that can be resumed.</summary>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the run after the current step.</param>
    /// <exception cref="FineTuneException">The run cannot start or go on.</exception>
    public Task<FineTuneResult> TrainAsync(IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(
            () =>
            {
                var start = System.Diagnostics.Stopwatch.StartNew();
                var stamped = StampedProgress.Of(progress, Time);
                new RunFolder(_options.Output).RequireReadyFor(_options);
                using var owner = RunLock.Take(Path.GetFullPath(_options.Output));
                var recorded = RecordedRun.Read(_options);
                using var run = PreparedRun.Prepare(_options, recorded, stamped, cancellation);
                return new TrainingLoop(run, _evaluating(run.Objective), recorded, stamped, Time).Run(start, cancellation);
            },
            CancellationToken.None
        );
}
