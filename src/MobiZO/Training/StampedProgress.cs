namespace MobiZO.Training;

/// <summary>Gives every event its time.</summary>
/// <param name="progress">Is told.</param>
/// <param name="time">The clock.</param>
internal sealed class StampedProgress(IProgress<TrainingEvent> progress, TimeProvider time) : IProgress<TrainingEvent>
{
    /// <summary>The stamped progress; null where nobody is told.</summary>
    public static IProgress<TrainingEvent>? Of(IProgress<TrainingEvent>? progress, TimeProvider time) =>
        progress is null ? null : new StampedProgress(progress, time);

    public void Report(TrainingEvent value) => progress.Report(value with { Time = time.GetUtcNow() });
}
