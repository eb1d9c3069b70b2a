namespace MobiZO.Evaluation;

/// <summary>How the rows of one label word were answered.</summary>
/// <param name="Word">The label word.</param>
/// <param name="Rows">Rows whose right answer it is.</param>
/// <param name="Predicted">Rows that were answered with it.</param>
/// <param name="Correct">Rows of both kinds.</param>
public sealed record LabelMetrics(string Word, int Rows, int Predicted, int Correct)
{
    /// <summary>Share of the rows answered with the word that it is right for; null when none was.</summary>
    public double? Precision => Predicted == 0 ? null : (double)Correct / Predicted;

    /// <summary>Share of the word's rows that were answered with it; null when there are none.</summary>
    public double? Recall => Rows == 0 ? null : (double)Correct / Rows;

    /// <summary>Harmonic mean of precision and recall; 0 when no row is right, null for a word that no row has and no answer is.</summary>
    public double? F1 => Rows + Predicted == 0 ? null : 2.0 * Correct / (Rows + Predicted);
}
