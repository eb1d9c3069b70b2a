namespace MobiZO.Evaluation;

/// <summary>What an engine's numbers say of one row.</summary>
/// <param name="Scores">
/// What each choice scores: the log-probability of its word among all, or the summed log-probability of its tokens.
/// </param>
/// <param name="Answer">The summed log-probability of the right answer's tokens, over the whole vocabulary.</param>
/// <param name="IsSaid">Whether each of these tokens is the likeliest; null: not known.</param>
internal readonly record struct RowScores(double[] Scores, double Answer, bool? IsSaid);
