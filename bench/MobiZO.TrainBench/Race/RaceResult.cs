namespace MobiZO.TrainBench.Race;

/// <summary>One run of a race. Seconds count from the start of its process.</summary>
internal sealed record RaceResult
{
    public required string Task { get; init; }

    public required string Method { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Accuracy that had to be reached; null when the first evaluation did not end in time.</summary>
    public double? Goal { get; init; }

    public required bool IsReached { get; init; }

    /// <summary>At the goal, or where the run was stopped.</summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// The start of the process, the library's preparation, weights converted and packed, and the first steps that are only measured.
    /// </summary>
    public required double LoadSeconds { get; init; }

    /// <summary>Keys and values of prompts computed ahead.</summary>
    public required double PromptSeconds { get; init; }

    /// <summary>The part of <see cref="PromptSeconds"/> that only evaluations need.</summary>
    public required double EvaluationPromptSeconds { get; init; }

    /// <summary>Without the evaluations, which measure the run and are no part of it.</summary>
    public double TrainingSeconds => Seconds - EvaluationSeconds - EvaluationPromptSeconds;

    public required double StepSeconds { get; init; }

    public required double EvaluationSeconds { get; init; }

    public required long Steps { get; init; }

    /// <summary>Rows of all steps: copies times examples.</summary>
    public required long Rows { get; init; }

    public required long PeakBytes { get; init; }

    /// <summary>Accuracy before the first step.</summary>
    public double? Before => Curve.Count == 0 ? null : Curve[0].Accuracy;

    /// <summary>Best accuracy seen.</summary>
    public double? Best => Curve.Count == 0 ? null : Curve.Max(point => point.Accuracy);

    public required IReadOnlyList<RacePoint> Curve { get; init; }

    /// <summary>Why it ended, when not at the goal.</summary>
    public string? Note { get; init; }
}
