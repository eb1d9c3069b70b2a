namespace MobiZO.TrainBench.Suite;

/// <summary>One task, trained once.</summary>
internal sealed record SuiteResult
{
    public required string Task { get; init; }

    public required string Model { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The file of the training rows; with <see cref="IsSplit"/> that of the evaluation rows, half of them trained on.</summary>
    public required string TrainData { get; init; }

    /// <summary>Whether the training file has too few rows, so that the evaluation file was split.</summary>
    public required bool IsSplit { get; init; }

    public required int TrainRows { get; init; }

    public required int EvalRows { get; init; }

    public required string Estimator { get; init; }

    public required long Steps { get; init; }

    public required int ExamplesPerStep { get; init; }

    /// <summary>Share of the most frequent right answer of the evaluation rows; null where every row has choices of its own.</summary>
    public double? Majority { get; init; }

    /// <summary>Before the first step.</summary>
    public required double ZeroShot { get; init; }

    /// <summary>ML.NET's text classification on all training rows; null where rows have choices of their own.</summary>
    public double? MlNet { get; init; }

    /// <summary>Logistic regression on hidden states; null where rows have choices of their own.</summary>
    public double? Probe { get; init; }

    /// <summary>A of the adapter read off as a classifier, before any step; null where A was not read from prompts of labels.</summary>
    public double? Discriminant { get; init; }

    /// <summary>After the last step: the result.</summary>
    public required double Last { get; init; }

    /// <summary>The best evaluation, which the paper would report.</summary>
    public required double Best { get; init; }

    public required long BestStep { get; init; }

    /// <summary>Of the whole run, evaluations and prompts included.</summary>
    public required double Seconds { get; init; }

    public required double StepSeconds { get; init; }
}
