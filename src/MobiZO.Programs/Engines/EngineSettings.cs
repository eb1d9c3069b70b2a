using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>What any engine is told when it is created.</summary>
public sealed record EngineSettings
{
    /// <summary>The device that is always there.</summary>
    public const string Cpu = "cpu";

    /// <summary>Folder for what the engine can make again: converted weights, lowered programs.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Threads; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>How the frozen matrices are held. Everything is computed in fp32.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Whether to take less memory and more time: weights stay in their file, and freed memory is given back.</summary>
    public bool LowMemory { get; init; }

    /// <summary>Where programs run: <c>cpu</c>, <c>cuda</c>, <c>directml</c> or <c>coreml</c>.</summary>
    public string Device { get; init; } = Cpu;

    /// <summary>Beginning of the names of trace files, one a program; null: no trace.</summary>
    public string? TracePrefix { get; init; }

    /// <summary>Told the share of the weights converted when a checkpoint is first used, 0 to 1; may be null.</summary>
    public IProgress<double>? CacheProgress { get; init; }

    /// <summary>Told what of the cache was damaged or out of date and is made anew, a sentence each; may be null.</summary>
    public IProgress<string>? Warnings { get; init; }

    /// <summary>The number of threads in force.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}
