using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>The door of an engine's project: what the composition of an application needs to know of it.</summary>
public interface IEngineFactory
{
    /// <summary>Name in options and files, e.g. <c>onnxruntime</c>.</summary>
    string Name { get; }

    /// <summary>Writes programs for use outside; null when this engine's programs have no file.</summary>
    IProgramExporter? Exporter { get; }

    /// <summary>Says what of the settings this engine cannot do here, a sentence each; empty when it can do all.</summary>
    IReadOnlyList<string> Validate(EngineSettings settings);

    /// <summary>Creates the engine.</summary>
    /// <exception cref="ProgramException">The engine's library cannot be used.</exception>
    IEngine Create(EngineSettings settings);
}
