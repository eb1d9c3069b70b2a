using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.ExecuTorch.Format;
using MobiZO.Programs;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>A program in a file of its own.</summary>
internal static class ProgramFile
{
    /// <summary>Name of the file's only method.</summary>
    public const string MethodName = "forward";

    /// <summary>Writes a program with its weights, whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder must exist.</param>
    /// <param name="program">The program.</param>
    /// <param name="symbols">The extents of its symbols.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="prefix">Begins the names of the weights.</param>
    /// <returns>The method as it was written.</returns>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    public static PteMethod Write(string path, Program program, IReadOnlyDictionary<string, long> symbols, IWeightSource weights, string prefix)
    {
        var file = new PteFile();
        var method = PteLowering.Add(file, MethodName, program, symbols, new TensorsInFile(weights, prefix));
        AtomicFile.Write(path, stream => PteWriter.Write(file, stream));
        return method;
    }
}
