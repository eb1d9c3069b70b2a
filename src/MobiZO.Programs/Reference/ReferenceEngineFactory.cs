using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Reference;

/// <summary>The managed interpreter in fp32.</summary>
public sealed class ReferenceEngineFactory : IEngineFactory
{
    /// <summary>Name in options and files.</summary>
    public const string EngineName = "reference";

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public IProgramExporter? Exporter => null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Device == EngineSettings.Cpu
            ? []
            : [$"Device: the reference interpreter runs on the cpu, found '{settings.Device}'"];
    }

    /// <inheritdoc/>
    public IEngine Create(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ReferenceEngine<float>(settings.Weights);
    }
}
