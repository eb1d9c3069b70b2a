namespace MobiZO.Optimization;

/// <summary>What one step did.</summary>
public sealed record StepResult
{
    /// <summary>Step of the run, from 0.</summary>
    public required long Step { get; init; }

    /// <summary>The P losses in the order of the copies.</summary>
    public required IReadOnlyList<float> Losses { get; init; }

    /// <summary>The q projected gradients that were applied; empty when the step was skipped.</summary>
    public required IReadOnlyList<float> ProjectedGradients { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public required float LearningRate { get; init; }

    /// <summary>True when a loss was not finite and the trained state and the momentum were left as they were.</summary>
    public required bool Skipped { get; init; }

    /// <summary>The gradient [total] that the update used, rounded; empty for a skipped step, and for estimators without one.</summary>
    internal ReadOnlyMemory<float> Gradient { get; init; }
}
