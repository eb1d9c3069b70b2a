using System.Text.Json.Serialization;

namespace MobiZO.Training;

/// <summary>Something that happened in a run; what progress is told. <see cref="TrainingEventJson"/> writes and reads it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(StageProgress), "stage-progress")]
[JsonDerivedType(typeof(PrefixesPlanned), "prefixes-planned")]
[JsonDerivedType(typeof(RunPlanned), "run-planned")]
[JsonDerivedType(typeof(RunNote), "run-note")]
[JsonDerivedType(typeof(StepCompleted), "step-completed")]
[JsonDerivedType(typeof(EvaluationCompleted), "evaluation-completed")]
[JsonDerivedType(typeof(SamplesWritten), "samples-written")]
public abstract record TrainingEvent
{
    private protected TrainingEvent() { }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }
}
