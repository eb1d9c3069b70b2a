namespace MobiZO.Optimization;

/// <summary>What an engine that updates by itself returns.</summary>
/// <param name="Losses">The P losses in the order of the plan.</param>
/// <param name="ProjectedGradients">The q projected gradients; empty when a loss was not finite.</param>
/// <param name="B">The next trained state; empty when a loss was not finite.</param>
internal sealed record UpdatedStep(float[] Losses, float[] ProjectedGradients, float[] B);
