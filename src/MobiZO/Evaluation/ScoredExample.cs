using System.Text.Json.Serialization;

namespace MobiZO.Evaluation;

/// <summary>How the model scored one example.</summary>
/// <param name="LineNumber">Line of the row in its file.</param>
/// <param name="Label">Index of the right choice; null for a free answer.</param>
/// <param name="Prediction">Index of the best choice; null for a free answer.</param>
/// <param name="Scores">
/// Score of every choice, by default its mean log-probability a token, and of words of several tokens the log-probability among all words
/// (<see cref="Data.ChoiceScoring"/>); empty for a free answer.
/// </param>
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
    /// <summary>What the row asks about: the field of its template, or its prompt; null for plain text. Not part of events.</summary>
    [JsonIgnore]
    public string? Text { get; init; }

    /// <summary>
    /// Whether the model also says the right choice by itself, written greedily behind the prompt; null for a free answer, and on engines
    /// whose programs do not tell.
    /// </summary>
    [JsonIgnore]
    public bool? IsSaid { get; init; }

    /// <summary>What the model wrote; null where no <see cref="EvaluationOptions.Metric"/> is asked for.</summary>
    public string? Answer { get; init; }

    /// <summary>The metric of <see cref="Answer"/>; null without it.</summary>
    public double? AnswerScore { get; init; }

    /// <summary>Whether <see cref="Answer"/> goes round in circles: the same eight tokens stand in it three times or more.</summary>
    public bool Repeats { get; init; }

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

    /// <summary>Probability of a choice among the choices.</summary>
    /// <param name="choice">Index of the choice.</param>
    /// <param name="temperature">What the scores are divided by.</param>
    public double ProbabilityOf(int choice, double temperature = 1)
    {
        var largest = Scores.Max();
        return Math.Exp((Scores[choice] - largest) / temperature) / Scores.Sum(score => Math.Exp((score - largest) / temperature));
    }
}
