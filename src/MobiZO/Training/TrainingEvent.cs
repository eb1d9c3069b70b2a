using MobiZO.Evaluation;
using MobiZO.Optimization;
using MobiZO.PrefixCache;

namespace MobiZO.Training;

/// <summary>Something that happened in a run; what progress is told.</summary>
public abstract record TrainingEvent;

/// <summary>A stage of preparation or evaluation went on.</summary>
/// <param name="Stage">What is being done, e.g. <c>caching prompts</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
public sealed record StageProgress(string Stage, long Done, long Total) : TrainingEvent;

/// <summary>How many prompts were found in the cache and what computing the others will take; told before most of that work.</summary>
/// <param name="Rows">Which rows: training, evaluation or held-out.</param>
/// <param name="Plan">The cost.</param>
public sealed record PrefixesPlanned(string Rows, PrefixCachePlan Plan) : TrainingEvent;

/// <summary>Everything is known and nothing has been trained yet.</summary>
/// <param name="Plan">The facts of the run.</param>
public sealed record RunPlanned(RunPlan Plan) : TrainingEvent;

/// <summary>A message for the user.</summary>
/// <param name="Text">The message.</param>
/// <param name="IsWarning">Whether the user should act on it.</param>
public sealed record RunNote(string Text, bool IsWarning) : TrainingEvent;

/// <summary>A step was taken and recorded.</summary>
/// <param name="Result">Losses, projected gradients and learning rate.</param>
/// <param name="TotalSteps">Steps of the run.</param>
/// <param name="Milliseconds">Time of the step, everything included.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the process so far.</param>
public sealed record StepCompleted(StepResult Result, long TotalSteps, double Milliseconds, long PeakMemoryBytes) : TrainingEvent
{
    /// <summary>Mean loss of the copies.</summary>
    public double MeanLoss => Result.Losses.Average(loss => (double)loss);
}

/// <summary>The evaluation rows were scored.</summary>
/// <param name="Step">Steps taken before this evaluation.</param>
/// <param name="Result">Accuracy and losses.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record EvaluationCompleted(long Step, EvaluationResult Result, bool IsBest) : TrainingEvent;
