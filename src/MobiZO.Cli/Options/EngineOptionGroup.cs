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
            OptionValue.Enumeration<EngineKind>(),
            engine => engine.Kind,
            (engine, value) => engine with { Kind = value });
        group.Add(
            "--threads",
            "Threads of the engine; 0: one a core.",
            OptionValue.Count,
            engine => engine.Threads,
            (engine, value) => engine with { Threads = value });
        AddWeights(group);
        group.AddFlag("--low-memory", "Leave weights in their file instead of repacking them for speed.", engine => engine.LowMemory, engine => engine with { LowMemory = true });
        group.Add(
            "--cache-dir",
            "Folder for converted weights and computed prompts (by default, MOBIZO_CACHE or the user's cache folder).",
            OptionValue.Path("folder"),
            engine => engine.CacheFolder,
            (engine, value) => engine with { CacheFolder = value });
        return group;
    }

    /// <summary>The format of the weights alone, for commands that run no model.</summary>
    public static OptionGroup<EngineOptions> Weights()
    {
        var group = new OptionGroup<EngineOptions>("Engine", new EngineOptions());
        AddWeights(group);
        return group;
    }

    private static void AddWeights(OptionGroup<EngineOptions> group) => group.Add(
        "--weights",
        "How the frozen matrices are held; everything is computed in fp32.",
        OptionValue.OneOf([.. Enum.GetValues<WeightFormat>().Select(format => (WeightFormats.NameOf(format), format))]),
        engine => WeightFormats.NameOf(engine.Weights),
        (engine, value) => engine with { Weights = value });
}
