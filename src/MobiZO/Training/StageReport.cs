namespace MobiZO.Training;

/// <summary>Tells how far it is, and ends the work when the user wants that: a large model is converted for minutes.</summary>
internal sealed class StageReport(IProgress<TrainingEvent>? progress, string stage, CancellationToken cancellation) : IProgress<double>
{
    public void Report(double value)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new StageProgress(stage, (long)(value * 100), 100));
    }
}
