using MobiZO.Checkpoints;
using MobiZO.Models;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="EngineOptions"/>, shared by every command that runs a model.</summary>
internal static class EngineOptionGroup
{
    public static OptionGroup<EngineOptions> Create()
    {
        var group = new OptionGroup<EngineOptions>("Engine", new EngineOptions());
        group.Add(
            "--engine",
            "What runs the model; reference is exact, slow and for tiny models.",
            OptionValue.NameOf(EngineCatalog.Names),
            nameof(EngineOptions.Name),
            engine => engine.Name,
            (engine, value) => engine with { Name = value }
        );
        group.Add(
            "--device",
            "Where the model runs; other devices than cpu need the runtime's package with that device.",
            OptionValue.Text("cpu|cuda|directml|coreml"),
            nameof(EngineOptions.Device),
            engine => engine.Device,
            (engine, value) => engine with { Device = value }
        );
        group.Add(
            "--threads",
            "Threads of the engine; 0: one a core.",
            OptionValue.Count,
            nameof(EngineOptions.Threads),
            engine => engine.Threads,
            (engine, value) => engine with { Threads = value }
        );
        AddWeights(group);
        group.AddFlag(
            "--low-memory",
            "Take less memory and more time: weights stay in their file, freed memory is given back, runs are smaller.",
            nameof(EngineOptions.LowMemory),
            engine => engine.LowMemory,
            (engine, value) => engine with { LowMemory = value }
        );
        group.Add(
            "--cache-dir",
            "Folder for converted weights and computed prompts (by default, MOBIZO_CACHE or the user's cache folder).",
            OptionValue.Path("folder"),
            nameof(EngineOptions.CacheFolder),
            engine => engine.CacheFolder,
            (engine, value) => engine with { CacheFolder = value }
        );
        return group;
    }

    /// <summary>The format of the weights alone, for commands that run no model.</summary>
    public static OptionGroup<EngineOptions> Weights()
    {
        var group = new OptionGroup<EngineOptions>("Engine", new EngineOptions());
        AddWeights(group);
        return group;
    }

    private static void AddWeights(OptionGroup<EngineOptions> group) =>
        group.Add(
            "--weights",
            "How the frozen matrices are held; auto: as a quantised file stores them (stored), else fp32, which is faster and larger.",
            OptionValue.OneOf<WeightFormat>([
                .. Enum.GetValues<WeightFormat>().Select(format => (WeightFormats.NameOf(format), (object)format)),
            ]),
            nameof(EngineOptions.Weights),
            engine => engine.Weights,
            (engine, value) => engine with { Weights = value }
        );
}
