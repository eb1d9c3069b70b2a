namespace MobiZO.Evaluation;

/// <summary>A label word that was taken for another.</summary>
/// <param name="Right">The right word.</param>
/// <param name="Predicted">The word that was answered.</param>
/// <param name="Rows">How many rows.</param>
public sealed record ConfusedPair(string Right, string Predicted, int Rows);
