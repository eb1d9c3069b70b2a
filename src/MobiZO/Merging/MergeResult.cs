namespace MobiZO.Merging;

/// <summary>What was written.</summary>
/// <param name="Written">The folder or file.</param>
/// <param name="Matrices">Matrices that the adapter changed.</param>
/// <param name="Types">How the changed matrices are stored, e.g. BF16.</param>
/// <param name="Copied">Files that were copied as they are; none for a GGUF file.</param>
/// <param name="LeftOut">Files of the model's folder that were not copied.</param>
public sealed record MergeResult(
    string Written,
    int Matrices,
    IReadOnlyList<string> Types,
    IReadOnlyList<string> Copied,
    IReadOnlyList<string> LeftOut
);
