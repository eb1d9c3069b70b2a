namespace MobiZO.Evaluation;

/// <summary>What accuracy alone does not say of scored rows with label words.</summary>
public sealed record ClassificationMetrics
{
    private const int MostPairs = 10;

    /// <summary>Share of rows answered rightly.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean F1 of the label words that rows have; each counts the same, however many rows it has.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>The word that most rows have.</summary>
    public required string MajorityWord { get; init; }

    /// <summary>Accuracy of saying that word always.</summary>
    public required double MajorityAccuracy { get; init; }

    /// <summary>Every label word in label order.</summary>
    public required IReadOnlyList<LabelMetrics> Labels { get; init; }

    /// <summary>Words that were taken for others, the most frequent first; at most ten.</summary>
    public required IReadOnlyList<ConfusedPair> Confused { get; init; }

    /// <summary>Whether the probabilities mean what they say.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Measures an evaluation; null for free answers.</summary>
    internal static ClassificationMetrics? Of(EvaluationResult result)
    {
        var choices = result.Choices;
        if (choices.Count == 0 || result.Examples.Any(example => example.Label is null || example.Prediction is null))
        {
            return null;
        }

        var confusion = result.Confusion;
        var all = Enumerable.Range(0, choices.Count).ToArray();
        LabelMetrics[] labels =
        [
            .. all.Select(label => new LabelMetrics(
                choices[label],
                all.Sum(predicted => confusion[label, predicted]),
                all.Sum(right => confusion[right, label]),
                confusion[label, label]
            )),
        ];
        var most = labels.MaxBy(label => label.Rows)!;
        return new ClassificationMetrics
        {
            Accuracy = result.Accuracy!.Value,
            MacroF1 = labels.Where(label => label.Rows > 0).Average(label => label.F1!.Value),
            MajorityWord = most.Word,
            MajorityAccuracy = (double)most.Rows / result.Examples.Count,
            Labels = labels,
            Confused =
            [
                .. all.SelectMany(right => all.Select(predicted => (right, predicted)))
                    .Where(pair => pair.right != pair.predicted && confusion[pair.right, pair.predicted] > 0)
                    .OrderByDescending(pair => confusion[pair.right, pair.predicted])
                    .Take(MostPairs)
                    .Select(pair => new ConfusedPair(choices[pair.right], choices[pair.predicted], confusion[pair.right, pair.predicted])),
            ],
            Calibration = Calibration.Of(result.Examples),
        };
    }
}
