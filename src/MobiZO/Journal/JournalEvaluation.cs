namespace MobiZO.Journal;

/// <summary>What the evaluation rows said between two steps; it stands in the line of the step before it.</summary>
public sealed record JournalEvaluation
{
    /// <summary>When it was done.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Steps taken before it.</summary>
    public required long Step { get; init; }

    /// <summary>Share of rows answered rightly, from 0 to 1; null for free answers.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Rows answered rightly.</summary>
    public required int Correct { get; init; }

    /// <summary>Rows scored.</summary>
    public required int Rows { get; init; }

    /// <summary>Mean cross-entropy over the label words, in nats; null for free answers.</summary>
    public required double? ChoiceLoss { get; init; }

    /// <summary>Mean cross-entropy over the vocabulary, in nats a token.</summary>
    public required double TokenLoss { get; init; }

    /// <summary>Mean score of what the model writes; null for runs without a score.</summary>
    public double? Score { get; init; }

    /// <summary>What all steps before it cost; null in journals of versions that did not count.</summary>
    public StepWork? Work { get; init; }

    /// <summary>Whether it was better than every one before it, so that its adapter was kept as the best.</summary>
    public required bool IsBest { get; init; }
}
