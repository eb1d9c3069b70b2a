using MobiZO.Evaluation;

namespace MobiZO;

/// <summary>Whether a model that ranks a label's word first also writes it by itself.</summary>
/// <param name="Said">Rows whose greedy answer begins with the word.</param>
/// <param name="Rows">Rows that the evaluation gets right.</param>
public sealed record SpokenLabels(int Said, int Rows)
{
    /// <summary>Counts the rows of an evaluation; null where it got none right, or does not know.</summary>
    internal static SpokenLabels? Of(EvaluationResult result)
    {
        ScoredExample[] right = [.. result.Examples.Where(row => row.IsCorrect)];
        return right.Length == 0 || right.Any(row => row.IsSaid is null)
            ? null
            : new SpokenLabels(right.Count(row => row.IsSaid == true), right.Length);
    }
}
