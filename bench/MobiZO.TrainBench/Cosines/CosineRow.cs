namespace MobiZO.TrainBench.Cosines;

/// <summary>How well an estimate agrees with the exact gradient.</summary>
/// <param name="Estimate">What was estimated.</param>
/// <param name="OfBatch">Mean cosine with the gradient of the same rows.</param>
/// <param name="OfSum">Cosine of the sum of all estimates with the gradient of all rows; null where that is not asked.</param>
internal sealed record CosineRow(string Estimate, double OfBatch, double? OfSum);
