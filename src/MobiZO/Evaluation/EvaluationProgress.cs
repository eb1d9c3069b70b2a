namespace MobiZO.Evaluation;

/// <summary>How far an evaluation is.</summary>
/// <param name="Done">Rows scored.</param>
/// <param name="Total">Rows in all.</param>
public sealed record EvaluationProgress(int Done, int Total);
