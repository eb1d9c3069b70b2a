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
        group.AddFlag("--low-memory", "Leave weights in their file instead of repacking them for speed.", engine => engine.LowMemory, engine => engine with { LowMemory = true });
        group.Add(
            "--cache-dir",
            "Folder for converted weights (by default, MOBIZO_CACHE or the user's cache folder).",
            OptionValue.Path("folder"),
            engine => engine.CacheFolder,
            (engine, value) => engine with { CacheFolder = value });
        return group;
    }
}
