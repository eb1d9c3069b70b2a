namespace MobiZO.Checkpoints.Configuration;

/// <summary>Parameters of llama3 RoPE scaling.</summary>
/// <param name="Factor">Divisor of the low frequencies.</param>
/// <param name="LowFrequencyFactor">Frequencies with fewer turns than this over the original context are low.</param>
/// <param name="HighFrequencyFactor">Frequencies with more turns than this are high.</param>
/// <param name="OriginalMaxPositions">Context before it was extended.</param>
internal sealed record Llama3Scaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions);
