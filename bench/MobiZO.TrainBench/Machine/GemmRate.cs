namespace MobiZO.TrainBench.Machine;

/// <summary>One measured matrix product [M, K] x [N, K]^T.</summary>
/// <param name="M">Rows.</param>
/// <param name="K">Inner extent.</param>
/// <param name="N">Columns.</param>
/// <param name="FlopsPerSecond">2 M K N over the median time.</param>
internal sealed record GemmRate(int M, int K, int N, double FlopsPerSecond);
