namespace MobiZO.TrainBench.Memory;

/// <summary>Resident peak of one process.</summary>
/// <param name="Format">Weight format.</param>
/// <param name="Task">What it did.</param>
/// <param name="PeakBytes">Median of the repetitions.</param>
/// <param name="Samples">Every repetition.</param>
internal sealed record MemoryResult(string Format, MemoryTask Task, long PeakBytes, IReadOnlyList<long> Samples);
