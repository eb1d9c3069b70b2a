using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Suite;

/// <summary>How the tasks of a suite are trained.</summary>
internal sealed record SuiteSettings
{
    public required string Model { get; init; }

    /// <summary>Folder of the data; a task's files lie in it or in a folder of it.</summary>
    public required string DataRoot { get; init; }

    public required ulong Seed { get; init; }

    public required EstimatorKind Estimator { get; init; }

    /// <summary>Most training rows.</summary>
    public required int TrainRows { get; init; }

    /// <summary>Most evaluation rows.</summary>
    public required int EvalRows { get; init; }

    public required int Steps { get; init; }

    public required int EvalEvery { get; init; }

    /// <summary>A training file with fewer rows is left for half of the evaluation file.</summary>
    public required int FewestRows { get; init; }

    public int Threads { get; init; }
}
