using System.Text.Json.Serialization;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.Runs;

namespace MobiZO;

/// <summary>What a run did.</summary>
public sealed record FineTuneResult
{
    /// <summary>How the run ended.</summary>
    public required RunEnd End { get; init; }

    /// <summary>What was made.</summary>
    public TrainingMethod Method { get; init; }

    /// <summary>Steps taken in all, resumed ones included.</summary>
    public required long Steps { get; init; }

    /// <summary>Steps that the run was to take.</summary>
    public int TotalSteps { get; init; }

    /// <summary>Steps that changed nothing because a loss was not finite.</summary>
    public required long SkippedSteps { get; init; }

    /// <summary>
    /// Share of the loss over the vocabulary in the losses of steps, from 0 to below 1; evaluations tell both losses by themselves.
    /// </summary>
    public double TokenShare { get; init; }

    /// <summary>Every evaluation in order; empty without evaluation rows.</summary>
    public required IReadOnlyList<EvaluationPoint> Evaluations { get; init; }

    /// <summary>The evaluation before training, if there was one.</summary>
    public EvaluationPoint? First => Evaluations.FirstOrDefault(point => point.Step == 0);

    /// <summary>
    /// The best evaluation (the first of equals). Chosen on the evaluation rows, so it is optimistic; <see cref="Last"/> is not. Null until
    /// a trained adapter was evaluated: a run that was stopped before claims nothing.
    /// </summary>
    public EvaluationPoint? Best => EvaluationPoint.BestOf(Evaluations);

    /// <summary>The evaluation after the last step.</summary>
    public EvaluationPoint? Last => Evaluations.LastOrDefault(point => point.Step == Steps);

    /// <summary>Simpler ways to answer beside the run; null for rows without label words, without evaluation rows and when they are not
    /// asked for.</summary>
    public Anchors? Anchors { get; init; }

    /// <summary>
    /// Whether the adapter also writes the label words that it ranks first, after the last step; null without label words or evaluation
    /// rows, where no row is right, and on engines of static shapes.
    /// </summary>
    public SpokenLabels? Spoken { get; init; }

    /// <summary>Precision, recall and calibration of the evaluation after the last step; null for free answers.</summary>
    public ClassificationMetrics? Metrics => LastRows?.Metrics;

    /// <summary>Every row of the evaluation after the last step; null without evaluation rows. Not part of the report.</summary>
    [JsonIgnore]
    public EvaluationResult? LastRows { get; init; }

    /// <summary>The held-out rows without adapter, if there are any.</summary>
    public EvaluationPoint? TestBefore { get; init; }

    /// <summary>The held-out rows with the kept adapter.</summary>
    public EvaluationPoint? Test { get; init; }

    /// <summary>What the model wrote to a few prompts in the course of the run; empty for label words.</summary>
    public IReadOnlyList<TextSample> Samples { get; init; } = [];

    /// <summary>PEFT folder of the last adapter; of a probe, its file.</summary>
    public required string AdapterFolder { get; init; }

    /// <summary>PEFT folder of the best adapter; the same as <see cref="AdapterFolder"/> without <see cref="Best"/>.</summary>
    public required string BestAdapterFolder { get; init; }

    /// <summary>What all steps cost, those before a resume included; null for a probe.</summary>
    public StepWork? Work { get; init; }

    /// <summary>Seconds of this process, from open to end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds spent in steps by this process.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Largest resident memory.</summary>
    public required long PeakMemoryBytes { get; init; }
}
