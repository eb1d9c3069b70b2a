namespace MobiZO.Training;

/// <summary>Warnings of the engine as notes of a run.</summary>
internal sealed class WarningReport(IProgress<TrainingEvent>? progress) : IProgress<string>
{
    public void Report(string value) => progress?.Report(new RunNote(value, IsWarning: true));
}
