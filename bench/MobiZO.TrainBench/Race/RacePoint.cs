namespace MobiZO.TrainBench.Race;

/// <summary>One evaluation.</summary>
/// <param name="Step">Steps taken before it.</param>
/// <param name="Seconds">Since the start of the process.</param>
/// <param name="Accuracy">Share of rows answered rightly.</param>
internal sealed record RacePoint(long Step, double Seconds, double Accuracy);
