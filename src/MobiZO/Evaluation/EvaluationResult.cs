using System.Text.Json.Serialization;
using MobiZO.Runs;

namespace MobiZO.Evaluation;

/// <summary>Accuracy and losses over a set of rows.</summary>
public sealed record EvaluationResult
{
    [JsonConstructor]
    internal EvaluationResult(IReadOnlyList<ScoredExample> examples, IReadOnlyList<string> choices)
    {
        Examples = examples;
        Choices = choices;
    }

    /// <summary>Every row, in file order.</summary>
    public IReadOnlyList<ScoredExample> Examples { get; }

    /// <summary>Label words; empty for free answers and where every row has choices of its own.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>Rows answered rightly; 0 for free answers.</summary>
    public int Correct => Examples.Count(example => example.IsCorrect);

    /// <summary>Share of rows answered rightly; null for free answers.</summary>
    public double? Accuracy => !AreChosen ? null : (double)Correct / Examples.Count;

    /// <summary>Mean cross-entropy over the choices (nats); null for free answers.</summary>
    public double? ChoiceLoss => !AreChosen ? null : Examples.Average(example => example.ChoiceLoss!.Value);

    /// <summary>Mean cross-entropy of the answer tokens over the whole vocabulary (nats a token).</summary>
    public double TokenLoss => -Examples.Sum(example => example.AnswerLogProbability) / Examples.Sum(example => example.AnswerTokens);

    /// <summary>Mean score of what the model writes, higher is better, by a score or a metric; null without either.</summary>
    public double? Score { get; init; }

    /// <summary>
    /// What runs are compared by: higher is better. The score where there is one, accuracy, or the negative token loss for free answers.
    /// </summary>
    public double Metric => Score ?? Accuracy ?? -TokenLoss;

    /// <summary>Precision, recall, calibration and confusions; null for free answers.</summary>
    [JsonIgnore]
    public ClassificationMetrics? Metrics => ClassificationMetrics.Of(this);

    private bool AreChosen => Examples.Count > 0 && Examples.All(example => example.Label is not null);

    /// <summary>The numbers without the rows, as a run keeps them.</summary>
    /// <param name="step">Steps taken before.</param>
    public EvaluationPoint At(long step) => new(step, Accuracy, Correct, Examples.Count, ChoiceLoss, TokenLoss) { Score = Score };

    /// <summary>Rows by (right choice, predicted choice); empty where there are no label words.</summary>
    [JsonIgnore]
    public int[,] Confusion
    {
        get
        {
            var table = new int[Choices.Count, Choices.Count];
            foreach (
                var example in Choices.Count == 0 ? [] : Examples.Where(example => example is { Label: not null, Prediction: not null })
            )
            {
                table[example.Label!.Value, example.Prediction!.Value]++;
            }

            return table;
        }
    }
}
