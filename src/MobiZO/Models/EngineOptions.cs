using System.Text.Json.Serialization;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Programs.Engines;

namespace MobiZO.Models;

/// <summary>Which engine runs the model and what it may use.</summary>
public sealed record EngineOptions
{
    /// <summary>The engine, by its name in <see cref="EngineCatalog.Names"/>.</summary>
    public string Name { get; init; } = EngineCatalog.Default;

    /// <summary>
    /// Threads of the engine; 0: one a core. The same number gives the same bits; another number may round sums otherwise.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// How the frozen matrices are held. Auto keeps what a quantised file stores (Stored) where the engine can, and is fp32 for any
    /// other; fp32 is faster and takes more memory. Int4 carries over what 4-bit GGUF files store; any other checkpoint loses precision in
    /// it, and what is stored in no codes a little in Int8. Nf4 is the smallest and rounds everything. Everything is computed in fp32 all
    /// the same.
    /// </summary>
    public WeightFormat Weights { get; init; } = WeightFormat.Auto;

    /// <summary>
    /// Whether to take less memory and more time: weights stay in their file, unrepacked, freed memory is given back, and runs of the
    /// engine are smaller.
    /// </summary>
    public bool LowMemory { get; init; }

    /// <summary>
    /// Folder for converted weights and lowered programs; null: the user's cache folder, or the environment variable <c>MOBIZO_CACHE</c>.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Where programs run: <c>cpu</c>, or <c>cuda</c>, <c>directml</c> or <c>coreml</c> where the application references the runtime's
    /// package with that device.
    /// </summary>
    public string Device { get; init; } = EngineSettings.Cpu;

    /// <summary>
    /// Where the engine writes a trace of every program it runs, complete when the model is disposed; null: no trace. ONNX Runtime writes
    /// <c>{prefix}-{program}_{time}.json</c> in Chrome's trace format, one event an operator; tracing slows a run down a little.
    /// </summary>
    [JsonIgnore]
    public string? TracePrefix { get; init; }

    /// <summary>Told the share of the weights converted when a checkpoint is first used, 0 to 1.</summary>
    [JsonIgnore]
    public IProgress<double>? CacheProgress { get; init; }

    /// <summary>
    /// Told what a user should know of the model and of what the cache keeps of it, a sentence each: what is taken for absent, what was
    /// damaged and is made anew.
    /// </summary>
    [JsonIgnore]
    public IProgress<string>? Warnings { get; init; }

    /// <summary>
    /// Most tokens of one run where nothing else is asked for: keys, values and activations of more would take most of a small memory.
    /// </summary>
    internal int UsualTokensPerRun => LowMemory ? 256 : 1024;

    /// <summary>Most megabytes that an exact gradient keeps where nothing else is asked for.</summary>
    internal int UsualGradientMegabytes => LowMemory ? 32 : 128;

    /// <summary>How prompts are computed: side by side takes the memory of several runs.</summary>
    internal RunStyle PrefixStyle => LowMemory ? RunStyle.OneByOne : RunStyle.SideBySide;

    /// <summary>The folder in force for what can be made again.</summary>
    internal string CacheFolderInForce => CacheFolder ?? CacheRoot.Default;

    /// <summary>Every error in these options; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (EngineCatalog.Find(Name) is not { } factory)
        {
            return [$"EngineOptions.Name: expected {string.Join(" or ", EngineCatalog.Names)}, found '{Name}'"];
        }

        return Threads < 0
            ? [FormattableString.Invariant($"EngineOptions.Threads: expected 0 (one a core) or more, found {Threads}")]
            : factory.Validate(Settings(WeightsWithoutFile));
    }

    /// <summary>Whether there is such an engine and it holds weights in a format.</summary>
    internal bool Holds(WeightFormat format) =>
        EngineCatalog.Find(Name) is { } factory
        && factory.Validate(Settings(format)).Count <= factory.Validate(Settings(WeightFormat.Float32)).Count;

    /// <summary>Creates the engine.</summary>
    /// <param name="weights">How it holds weights; null: as the options say, or fp32 where they leave it to a checkpoint.</param>
    /// <exception cref="FineTuneException">The engine cannot do here what the options ask for.</exception>
    internal IEngine Create(WeightFormat? weights = null) =>
        Validate() is { Count: > 0 } errors
            ? throw new FineTuneException($"The settings have errors: {string.Join("; ", errors)}.", FineTuneFailure.Settings)
            : EngineCatalog.Find(Name)!.Create(Settings(weights ?? WeightsWithoutFile));

    private WeightFormat WeightsWithoutFile => Weights == WeightFormat.Auto ? WeightFormat.Float32 : Weights;

    private EngineSettings Settings(WeightFormat weights) =>
        new()
        {
            CacheFolder = CacheFolderInForce,
            Threads = Threads,
            Weights = weights,
            LowMemory = LowMemory,
            Device = Device,
            TracePrefix = TracePrefix,
            CacheProgress = CacheProgress,
            Warnings = Warnings,
        };
}
