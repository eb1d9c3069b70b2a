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
    /// <param name="targetRuntime">The oldest release of the runtime that must load the file, as of <see cref="TargetRuntimeOf"/>.</param>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    /// <exception cref="ProgramException">An extent that the engine needs is not said, or as of <see cref="TargetRuntimeOf"/>.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    void Write(
        Program program,
        IWeightSource weights,
        string path,
        WeightFormat format,
        Extents? extents = null,
        string? targetRuntime = null
    );

    /// <summary>The oldest release of the runtime that must load what is written; nothing is written by this.</summary>
    /// <param name="version">A release of the engine's runtime; null: the one that files are written for when nothing is said.</param>
    /// <returns>The release as descriptions name it; null: files of this engine are not written for a release.</returns>
    /// <exception cref="ProgramException">It is no release, is too old or not known, or files are not written for one.</exception>
    string? TargetRuntimeOf(string? version);

    /// <summary>Whether an existing file may be replaced: it is a program of this engine, or what lies beside one.</summary>
    /// <param name="path">The file of a program.</param>
    bool IsProgram(string path);
}
