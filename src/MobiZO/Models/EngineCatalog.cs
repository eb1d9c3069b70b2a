using MobiZO.ExecuTorch;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;

namespace MobiZO.Models;

/// <summary>The engines that this library comes with. No other file names one.</summary>
public static class EngineCatalog
{
    /// <summary>An unmodified ONNX Runtime; the default.</summary>
    public const string OnnxRuntime = OnnxRuntimeEngineFactory.EngineName;

    /// <summary>An unmodified ExecuTorch; its library comes from an SDK (see <c>docs/executorch.md</c>).</summary>
    public const string ExecuTorch = ExecuTorchEngineFactory.EngineName;

    /// <summary>The managed interpreter: exact, slow, for tiny models and tests.</summary>
    public const string Reference = ReferenceEngineFactory.EngineName;

    /// <summary>What runs a model when nothing else is said.</summary>
    internal const string Default = OnnxRuntime;

    private static readonly IEngineFactory[] s_factories =
    [
        new OnnxRuntimeEngineFactory(),
        new ExecuTorchEngineFactory(),
        new ReferenceEngineFactory(),
    ];

    /// <summary>The names of all engines, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_factories.Select(factory => factory.Name)];

    /// <summary>The engines whose programs can be written for use outside.</summary>
    public static IReadOnlyList<string> Exporting { get; } =
    [.. s_factories.Where(factory => factory.Exporter is not null).Select(factory => factory.Name)];

    /// <summary>The door of an engine; null when there is no engine of that name.</summary>
    internal static IEngineFactory? Find(string name) => Array.Find(s_factories, factory => factory.Name == name);
}
