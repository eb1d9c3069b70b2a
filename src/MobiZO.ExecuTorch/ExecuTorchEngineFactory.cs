using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.ExecuTorch;

/// <summary>ExecuTorch as an engine; its library is found when the first program is loaded.</summary>
public sealed class ExecuTorchEngineFactory : IEngineFactory
{
    /// <summary>Name in options and files.</summary>
    public const string EngineName = "executorch";

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public IProgramExporter? Exporter { get; } = new ExecuTorchExporter();

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return
        [
            .. settings.Device == EngineSettings.Cpu
                ? []
                : new[] { $"The engine {EngineName} runs on the processor alone, not on '{settings.Device}'." },
            .. settings.Weights is WeightFormat.Float32 or WeightFormat.Int8
                ? []
                : new[] { $"The engine {EngineName} holds weights as fp32 or int8, not as {WeightFormats.NameOf(settings.Weights)}." },
        ];
    }

    /// <inheritdoc/>
    public IEngine Create(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            return new ExecuTorchEngine(ExecuTorchLibrary.Require(), settings);
        }
        catch (ExecuTorchException error)
        {
            throw new ProgramException(error.Message, error);
        }
    }
}
