namespace MobiZO.TrainBench.Race;

/// <summary>One run of a race, as the parent process hands it to its child.</summary>
internal sealed record RaceSettings
{
    public required RaceTask Task { get; init; }

    public required string Method { get; init; }

    public required string Model { get; init; }

    public required string DataRoot { get; init; }

    /// <summary>An empty folder of this run alone: cache and run folder lie in it.</summary>
    public required string WorkFolder { get; init; }

    public required ulong Seed { get; init; }

    public required int EvalEvery { get; init; }

    /// <summary>Seconds from the start of the process after which it stops.</summary>
    public required double LimitSeconds { get; init; }

    /// <summary>Rate of the paper's settings.</summary>
    public required float PrgeRate { get; init; }

    /// <summary>Steps of the library's defaults, whose learning rate falls to the last one; null: the default number.</summary>
    public int? DefaultSteps { get; init; }

    public int Threads { get; init; }
}
