namespace MobiZO.Classification;

/// <summary>What a classifier says about one text.</summary>
/// <param name="Label">The likeliest label.</param>
/// <param name="Probability">Its probability among the labels.</param>
/// <param name="Probabilities">The probability of every label, in label order; they add up to 1.</param>
public sealed record ClassifiedText(string Label, double Probability, IReadOnlyList<LabelProbability> Probabilities);
