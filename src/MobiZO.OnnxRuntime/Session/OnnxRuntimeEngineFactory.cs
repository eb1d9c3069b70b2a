using Microsoft.ML.OnnxRuntime;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>The door of this project: an unmodified ONNX Runtime.</summary>
public sealed class OnnxRuntimeEngineFactory : IEngineFactory
{
    /// <summary>Name in options and files.</summary>
    public const string EngineName = "onnxruntime";

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public IProgramExporter? Exporter { get; } = new OnnxExporter();

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return ExecutionProviders.Complaint(settings.Device, Providers) is { } complaint ? [complaint] : [];
    }

    /// <inheritdoc/>
    public IEngine Create(EngineSettings settings) => new OnnxRuntimeEngine(settings);

    private static string[] Providers()
    {
        EngineTelemetry.SwitchOff();
        return OrtEnv.Instance().GetAvailableProviders();
    }
}
