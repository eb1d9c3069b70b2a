using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>Writes several programs of a model into one file that holds each weight once.</summary>
public interface IProgramBundler : IProgramExporter
{
    /// <summary>Writes the programs as methods of a file.</summary>
    /// <param name="programs">The programs; every symbol of each has one extent.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="path">The file; replaced when it exists. Its folder must exist.</param>
    /// <param name="format">How the matrices are written.</param>
    /// <param name="targetRuntime">As of <see cref="IProgramExporter.TargetRuntimeOf"/>.</param>
    /// <returns>The methods as they were written, in the given order.</returns>
    /// <exception cref="CheckpointException">A weight that a program names is missing or has another shape.</exception>
    /// <exception cref="ProgramException">
    /// The engine has no such format, an extent is not said, two programs have one name, or as of
    /// <see cref="IProgramExporter.TargetRuntimeOf"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    IReadOnlyList<BundledMethod> Write(
        IReadOnlyList<BundledProgram> programs,
        IWeightSource weights,
        string path,
        WeightFormat format = WeightFormat.Float32,
        string? targetRuntime = null
    );
}

/// <summary>A program on its way into a file of several.</summary>
/// <param name="Name">Name of the method.</param>
/// <param name="Program">The program.</param>
/// <param name="Extents">One extent for every symbol.</param>
/// <param name="Kept">A value that the method keeps between its calls; null: none.</param>
public sealed record BundledProgram(string Name, Program Program, Extents Extents, KeptState? Kept = null);

/// <summary>A value that a method keeps: the caller gives it no more, and it is written anew by every call.</summary>
/// <param name="Input">The input that it stands for.</param>
/// <param name="Output">The output that it becomes at the end of a call; the caller gets it too.</param>
/// <param name="First">Its values before the first call.</param>
public sealed record KeptState(string Input, string Output, ReadOnlyMemory<float> First);

/// <summary>A method of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">What the caller gives, in order.</param>
/// <param name="Outputs">What the caller gets, in order.</param>
/// <param name="PlannedBytes">Memory of its intermediate values, in bytes; delegates have memory of their own.</param>
/// <param name="KeptAt">Where in the file the first values of what the method keeps lie, in bytes; null: it keeps nothing.</param>
public sealed record BundledMethod(
    string Name,
    IReadOnlyList<BundledTensor> Inputs,
    IReadOnlyList<BundledTensor> Outputs,
    long PlannedBytes,
    long? KeptAt = null
);

/// <summary>An input or output of a method.</summary>
/// <param name="Name">Its name in the program.</param>
/// <param name="Type"><c>float32</c> or <c>int64</c>.</param>
/// <param name="Shape">Its extents, outermost first.</param>
public sealed record BundledTensor(string Name, string Type, IReadOnlyList<int> Shape);
