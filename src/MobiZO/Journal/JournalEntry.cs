namespace MobiZO.Journal;

/// <summary>What one step did: one line of the journal.</summary>
public sealed record JournalEntry
{
    /// <summary>When the line was written.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Step of the run, from 0.</summary>
    public required long Step { get; init; }

    /// <summary>The P losses in the order of the copies.</summary>
    public required IReadOnlyList<float> Losses { get; init; }

    /// <summary>The q projected gradients that were applied; empty when the step was skipped.</summary>
    public required IReadOnlyList<float> ProjectedGradients { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Wall time of the step.</summary>
    public double Milliseconds { get; init; }

    /// <summary>What the step cost; null in journals of versions that did not count.</summary>
    public StepWork? Work { get; init; }

    /// <summary>Most memory the process has held so far.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>True when a loss was not finite and the step changed nothing.</summary>
    public bool Skipped { get; init; }

    /// <summary>
    /// Checksum of the step's gradient, which lies beside the journal; null when the step was skipped, and for estimators without one.
    /// </summary>
    public string? GradientSum { get; init; }

    /// <summary>The evaluation before the first step; null in every later line and without evaluation rows.</summary>
    public JournalEvaluation? Before { get; init; }

    /// <summary>The evaluation behind this step; null when none was due.</summary>
    public JournalEvaluation? Evaluation { get; init; }

    /// <summary>The evaluations of the line in their order.</summary>
    internal IEnumerable<JournalEvaluation> Evaluations => new[] { Before, Evaluation }.OfType<JournalEvaluation>();
}
