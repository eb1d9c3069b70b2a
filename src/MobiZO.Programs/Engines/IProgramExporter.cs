using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>Writes programs as files that the unmodified runtime loads without this library.</summary>
public interface IProgramExporter
{
    /// <summary>Writes a program and what it needs of the weights.</summary>
    /// <param name="program">The program.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="path">The file of the program; its weights lie beside it.</param>
    /// <param name="format">How the matrices are written.</param>
    /// <param name="extents">The extents that the program will see; an engine with static shapes needs one for every symbol.</param>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    /// <exception cref="ProgramException">An extent that the engine needs is not said.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    void Write(Program program, IWeightSource weights, string path, WeightFormat format, Extents? extents = null);

    /// <summary>Whether an existing file may be replaced: it is a program of this engine, or what lies beside one.</summary>
    /// <param name="path">The file of a program.</param>
    bool IsProgram(string path);
}
