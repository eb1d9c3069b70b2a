namespace MobiZO.TrainBench.Memory;

/// <summary>One measurement, as the parent process hands it to its child.</summary>
/// <param name="Task">What to do.</param>
/// <param name="Format">Name of the weight format.</param>
/// <param name="Model">Model folder or GGUF file.</param>
/// <param name="Rows">File of the rows: columns text and label.</param>
/// <param name="WorkFolder">For the run folder.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Queries">q, two-sided.</param>
/// <param name="Examples">E.</param>
/// <param name="Threads">Threads of the engine; 0: one a core.</param>
internal sealed record MemorySettings(
    MemoryTask Task,
    string Format,
    string Model,
    string Rows,
    string WorkFolder,
    int Steps,
    int Queries,
    int Examples,
    int Threads
);
