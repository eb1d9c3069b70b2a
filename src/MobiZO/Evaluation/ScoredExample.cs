namespace MobiZO.Evaluation;

/// <summary>How the model scored one example.</summary>
/// <param name="LineNumber">Line of the row in its file.</param>
/// <param name="Label">Index of the right choice; null for a free answer.</param>
/// <param name="Prediction">Index of the best choice; null for a free answer.</param>
/// <param name="Scores">Score of every choice, by default its mean log-probability a token, and of words of several tokens the log-probability
/// among all words (<see cref="Data.ChoiceScoring"/>); empty for a free answer.</param>
/// <param name="AnswerLogProbability">Sum of the log-probabilities of the right answer's tokens, over the whole vocabulary.</param>
/// <param name="AnswerTokens">Tokens of the right answer.</param>
public sealed record ScoredExample(
    int LineNumber,
    int? Label,
    int? Prediction,
    IReadOnlyList<double> Scores,
    double AnswerLogProbability,
    int AnswerTokens
)
{
    /// <summary>The texts to choose from where the row has its own; empty for label words and free answers.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether the best choice is the right one.</summary>
    public bool IsCorrect => Label is not null && Label == Prediction;

    /// <summary>Cross-entropy over the choices (nats); null for a free answer.</summary>
    public double? ChoiceLoss
    {
        get
        {
            if (Label is not { } label)
            {
                return null;
            }

            var largest = Scores.Max();
            return largest + Math.Log(Scores.Sum(score => Math.Exp(score - largest))) - Scores[label];
        }
    }
}
