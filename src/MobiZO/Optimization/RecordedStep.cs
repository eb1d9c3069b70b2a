namespace MobiZO.Optimization;

/// <summary>What repeats a step without its losses.</summary>
/// <param name="ProjectedGradients">The q projected gradients; empty for a skipped step, and where there are no queries.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Gradient">The gradient [total] as it was rounded; empty for a skipped step, and for estimators without one.</param>
internal readonly record struct RecordedStep(
    ReadOnlyMemory<float> ProjectedGradients,
    float LearningRate,
    ReadOnlyMemory<float> Gradient = default
);
