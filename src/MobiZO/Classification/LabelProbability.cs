namespace MobiZO.Classification;

/// <summary>A label with its probability.</summary>
/// <param name="Label">The label as the data writes it.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record LabelProbability(string Label, double Probability);
