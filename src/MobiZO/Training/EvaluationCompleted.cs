using MobiZO.Evaluation;
using MobiZO.Journal;

namespace MobiZO.Training;

/// <summary>The evaluation rows were scored.</summary>
/// <param name="Step">Steps taken before this evaluation.</param>
/// <param name="Result">Accuracy and losses.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record EvaluationCompleted(long Step, EvaluationResult Result, bool IsBest) : TrainingEvent
{
    /// <summary>What all steps before it cost.</summary>
    public StepWork? Work { get; init; }
}
