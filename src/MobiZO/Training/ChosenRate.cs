using MobiZO.Adapters;
using MobiZO.Optimization;

namespace MobiZO.Training;

/// <summary>The fifth stage of a run: the learning rate, found by trying where that is asked for.</summary>
internal static class ChosenRate
{
    /// <summary>The options with the rate of the run.</summary>
    /// <param name="options">The decided options.</param>
    /// <param name="adapter">The adapter before the first step.</param>
    /// <param name="objective">The losses of the run.</param>
    /// <param name="recorded">The run that goes on; its rate is used. Null for a new one.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops between two evaluations.</param>
    public static DecidedOptions Of(
        DecidedOptions options,
        LoraAdapter adapter,
        IRunObjective objective,
        RecordedRun? recorded,
        IProgress<TrainingEvent>? progress,
        CancellationToken cancellation
    )
    {
        if (!options.Run.Optimizer.ProbeLearningRate)
        {
            return options;
        }

        return options.WithFound(recorded?.LearningRate ?? Find(options.Run, adapter, objective, progress, cancellation));
    }

    private static float Find(
        FineTuneOptions options,
        LoraAdapter adapter,
        IRunObjective objective,
        IProgress<TrainingEvent>? progress,
        CancellationToken cancellation
    )
    {
        void Tell(int done, int total) => progress?.Report(new StageProgress("trying learning rates", done, total));
        var found = LearningRateProbe.Find(
            options.Optimizer,
            adapter.Layout,
            options.Seed,
            objective,
            Tell,
            adapter.ToState(),
            cancellation
        );
        var rate = found ?? options.Optimizer.RateOrDefault;
        progress?.Report(
            found is null
                ? new RunNote(
                    FormattableString.Invariant(
                        $"No learning rate that was tried lowers the loss, or a loss was not finite; the run takes the default, {rate}."
                    ),
                    true
                )
                : new RunNote(FormattableString.Invariant($"Learning rate {rate:g3}, found by trying."), false)
        );
        return rate;
    }
}
