namespace MobiZO.Training;

/// <summary>Tells how far it is, and ends the work when the user wants that: a large model is converted for minutes.</summary>
/// <param name="progress">Told as an event of the run; may be null.</param>
/// <param name="stage">What is done.</param>
/// <param name="cancellation">Ends it.</param>
/// <param name="also">Told the share as well; may be null.</param>
internal sealed class StageReport(
    IProgress<TrainingEvent>? progress,
    string stage,
    CancellationToken cancellation,
    IProgress<double>? also = null
) : IProgress<double>
{
    public void Report(double value)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new StageProgress(stage, (long)(value * 100), 100));
        also?.Report(value);
    }
}
