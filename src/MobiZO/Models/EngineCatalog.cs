using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;

namespace MobiZO.Models;

/// <summary>The engines that this library comes with. No other file names one.</summary>
public static class EngineCatalog
{
    private static readonly Dictionary<EngineKind, IEngineFactory> s_factories = new()
    {
        [EngineKind.OnnxRuntime] = new OnnxRuntimeEngineFactory(),
        [EngineKind.Reference] = new ReferenceEngineFactory(),
    };

    /// <summary>The door of an engine.</summary>
    internal static IEngineFactory Of(EngineKind kind) => s_factories[kind];
}
