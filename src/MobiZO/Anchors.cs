using MobiZO.Data;

namespace MobiZO;

/// <summary>
/// What a run is worth: simpler ways to answer beside it, all on its evaluation rows. What does not apply is null.
/// </summary>
public sealed record Anchors
{
    /// <summary>Saying the word always that most evaluation rows have.</summary>
    public required Anchor Majority { get; init; }

    /// <summary>That word.</summary>
    public required string MajorityWord { get; init; }

    /// <summary>The base model without an adapter.</summary>
    public required Anchor ZeroShot { get; init; }

    /// <summary>
    /// The adapter before any step: its discriminant A, read off as a classifier (the nearest mean of a label). Null when A was not read
    /// from the prompts.
    /// </summary>
    public Anchor? Discriminant { get; init; }

    /// <summary>
    /// Logistic regression on the hidden states of the last prompt token, layer and strength chosen by cross-validation on the training
    /// rows. Null with fewer than four training rows, or rows of one label.
    /// </summary>
    public Anchor? Probe { get; init; }

    /// <summary>Layers in front of the states that the probe reads.</summary>
    public int? ProbeLayer { get; init; }

    /// <summary>Share of training rows that the probe's cross-validation labels rightly.</summary>
    public double? ProbeCrossValidated { get; init; }

    /// <summary>Training rows that probe and run saw.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>The adapter after the last step.</summary>
    public required Anchor Ours { get; init; }

    /// <summary>Seconds that all this took.</summary>
    public required double Seconds { get; init; }

    /// <summary>One sentence when a simpler way is as good or better; null otherwise.</summary>
    public string? Verdict =>
        Majority.Correct >= Ours.Correct
            ? $"Saying {DataException.Quote(MajorityWord)} always is right as often as this run or more: "
                + "nothing says that it learned anything."
        : Probe is { } probe && probe.Correct > Ours.Correct
            ? FormattableString.Invariant($"The logistic probe is right on {RowsMore(probe)} more than this run. ")
                + "FineTuneOptions.Method = Probe trains it, without a step."
        : Discriminant is { } discriminant && discriminant.Correct > Ours.Correct
            ? $"The discriminant alone is right on {RowsMore(discriminant)} more than this run: the steps gained nothing."
        : null;

    private string RowsMore(Anchor anchor) =>
        FormattableString.Invariant($"{anchor.Correct - Ours.Correct} {(anchor.Correct - Ours.Correct == 1 ? "row" : "rows")}");
}
