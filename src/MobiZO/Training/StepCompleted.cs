using MobiZO.Journal;
using MobiZO.Optimization;

namespace MobiZO.Training;

/// <summary>A step was taken and recorded.</summary>
/// <param name="Result">Losses, projected gradients and learning rate.</param>
/// <param name="TotalSteps">Steps of the run.</param>
/// <param name="Milliseconds">Time of the step, everything included.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the process so far.</param>
public sealed record StepCompleted(StepResult Result, long TotalSteps, double Milliseconds, long PeakMemoryBytes) : TrainingEvent
{
    /// <summary>What this step and all before it cost.</summary>
    public StepWork? Work { get; init; }

    /// <summary>Mean loss of the copies.</summary>
    public double MeanLoss => Result.Losses.Average(loss => (double)loss);
}
