using MobiZO.Optimization;
using MobiZO.Runs;
using MobiZO.Scoring;
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
    private readonly ITextScore? _score;

    /// <summary>Checks the options; nothing is opened yet.</summary>
    /// <exception cref="FineTuneException">They have errors; the message lists every one.</exception>
    public FineTuner(FineTuneOptions options)
        : this(options, objective => objective) { }

    /// <summary>
    /// Checks the options of a run that a function scores: every copy of a step answers the prompts, and the step moves towards copies
    /// whose answers score higher.
    /// </summary>
    /// <param name="options">The run; <see cref="FineTuneOptions.Score"/> without a command, or null for its defaults.</param>
    /// <param name="score">A finite number for an answer, higher is better; called on the training thread.</param>
    /// <exception cref="FineTuneException">They have errors; the message lists every one.</exception>
    public FineTuner(FineTuneOptions options, Func<WrittenAnswer, double> score)
        : this(WithScore(options, score), objective => objective, new FunctionScore(score)) { }

    /// <param name="options">The run.</param>
    /// <param name="evaluating">Puts something between the optimiser and the objective of the run, for example what evaluates slices of the
    /// copies.</param>
    /// <param name="score">A function as the score; null: the command of the options, if any.</param>
    internal FineTuner(FineTuneOptions options, Func<IStepObjective, IStepObjective> evaluating, ITextScore? score = null)
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
        _score = score ?? (options.Score is null ? null : CommandOf(options));
    }

    /// <summary>The clock that events and the lines of the journal are stamped by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Opens model and data, measures one step and says what a run would cost; trains nothing and writes nothing into the run folder.
    /// </summary>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <exception cref="FineTuneException">
    /// Model, rows and options do not fit together, or the run makes a probe, which has no steps.
    /// </exception>
    public Task<RunPlan> PlanAsync(IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(
            () =>
            {
                if (_options.Method == TrainingMethod.Probe)
                {
                    throw new FineTuneException(
                        "FineTuneOptions.Method Probe takes no steps, so that there is nothing to measure and to plan.",
                        FineTuneFailure.Settings
                    );
                }

                var stamped = StampedProgress.Of(progress, Time);
                using var run = PreparedRun.Preview(_options, stamped, _score, cancellation);
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
                if (_options.Method == TrainingMethod.Probe)
                {
                    return ProbeTraining.Run(_options, stamped, cancellation);
                }

                var recorded = RecordedRun.Read(_options);
                using var run = PreparedRun.Prepare(_options, recorded, stamped, cancellation, _score);
                return new TrainingLoop(run, _evaluating(run.Objective), recorded, stamped, Time).Run(start, cancellation);
            },
            CancellationToken.None
        );

    private static ScoreCommand CommandOf(FineTuneOptions options) =>
        options.Score!.Command is { } command
            ? new ScoreCommand(command)
            : throw new FineTuneException(
                options.Resume
                    ? "The score of this run is a function of the program that started it: go on in that program."
                    : "ScoreOptions.MaxAnswerTokens is given without ScoreOptions.Command, and no function was given: say what scores.",
                FineTuneFailure.Settings
            );

    private static FineTuneOptions WithScore(FineTuneOptions options, Func<WrittenAnswer, double> score)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(score);
        return options.Score is { Command: { } command }
            ? throw new FineTuneException(
                $"FineTuneOptions.Score has the command '{ScoreCommand.Short(command)}', and a function was given too: leave one out.",
                FineTuneFailure.Settings
            )
            : options with
            {
                Score = options.Score ?? new ScoreOptions(),
            };
    }
}
