namespace MobiZO.TrainBench.Measuring;

/// <summary>What this machine can do at best, as measured.</summary>
/// <param name="FlopsPerSecond">Best fp32 matrix product.</param>
/// <param name="BytesPerSecond">Best parallel read of memory.</param>
internal sealed record Roofline(double FlopsPerSecond, double BytesPerSecond)
{
    /// <summary>The shortest time for so much work: max(flops / peak, bytes / bandwidth).</summary>
    public double BoundSeconds(double flops, double bytes) => Math.Max(flops / FlopsPerSecond, bytes / BytesPerSecond);
}
