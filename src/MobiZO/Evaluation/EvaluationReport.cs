using MobiZO.Data;

namespace MobiZO.Evaluation;

/// <summary>An evaluation and what it took.</summary>
public sealed record EvaluationReport
{
    /// <summary>Accuracy, losses and every row.</summary>
    public required EvaluationResult Result { get; init; }

    /// <summary>What became of the rows.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>What rows were seen, in one sentence; null for rows with label words.</summary>
    public string? Seen { get; init; }

    /// <summary>What the user should know of the rows, for example that some were cut, or that all have one label.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The engine and its version.</summary>
    public required string Engine { get; init; }

    /// <summary>Which tokens carry the adapter; null without one.</summary>
    public AdapterScope? Scope { get; init; }

    /// <summary>Layers in front of the states that a probe read; null where none scored.</summary>
    public int? ProbeLayer { get; init; }

    /// <summary>Seconds from open to end.</summary>
    public required double Seconds { get; init; }
}
