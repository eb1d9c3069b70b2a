using MobiZO.Data;

namespace MobiZO.Evaluation;

/// <summary>
/// Whether probabilities mean what they say: the expected calibration error over bins of equal width, the mean distance between the
/// probability of the answer and the share of right answers.
/// </summary>
public sealed record Calibration
{
    /// <summary>Number of bins.</summary>
    public const int Bins = 15;

    // With fewer rows a temperature says nothing.
    private const int LeastRows = 20;

    // Further out the rows of a half are all right, or all wrong, and ask for more and more.
    private const double LargestTemperature = 10;

    /// <summary>The error of the probabilities as they are, from 0 to 1.</summary>
    public required double Error { get; init; }

    /// <summary>
    /// What the scores are divided by so that the scored rows are most likely; above 1: the model is too sure. Null for fewer than 20 rows.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>
    /// The error with a temperature that the measured row did not decide: each half of the scored rows is measured at the temperature of
    /// the other half. Null without a temperature.
    /// </summary>
    public double? ErrorAtTemperature { get; init; }

    /// <summary>Measures scored rows, all with labels.</summary>
    internal static Calibration Of(IReadOnlyList<ScoredExample> examples)
    {
        var error = ErrorOf(examples.Select(example => (example, 1.0)));
        if (examples.Count < LeastRows)
        {
            return new Calibration { Error = error };
        }

        // Drawn, because rows may come in a rhythm, and dealt out label by label, so that both halves have their share of each.
        var halves = KeyedDraw
            .Permutation(examples.Count, 0, 0)
            .Select(index => examples[index])
            .OrderBy(example => example.Label)
            .Select((example, index) => (example, index))
            .GroupBy(pair => pair.index % 2, pair => pair.example)
            .Select(half => half.ToArray())
            .ToArray();
        var (first, second) = (TemperatureOf(halves[0]), TemperatureOf(halves[1]));
        return new Calibration
        {
            Error = error,
            Temperature = TemperatureOf(examples),
            ErrorAtTemperature = ErrorOf(
                halves[0].Select(example => (example, second)).Concat(halves[1].Select(example => (example, first)))
            ),
        };
    }

    private static double ErrorOf(IEnumerable<(ScoredExample Example, double Temperature)> rows)
    {
        var (counts, sums, right) = (new int[Bins], new double[Bins], new int[Bins]);
        foreach (var (example, temperature) in rows)
        {
            var probability = example.ProbabilityOf(example.Prediction!.Value, temperature);
            var bin = Math.Min(Bins - 1, (int)(probability * Bins));
            counts[bin]++;
            sums[bin] += probability;
            right[bin] += example.IsCorrect ? 1 : 0;
        }

        return Enumerable.Range(0, Bins).Sum(bin => Math.Abs(sums[bin] - right[bin])) / counts.Sum();
    }

    /// <summary>The temperature of the smallest loss, by thirds: the loss has one valley.</summary>
    private static double TemperatureOf(IReadOnlyList<ScoredExample> examples)
    {
        var (low, high) = (-Math.Log(LargestTemperature), Math.Log(LargestTemperature));
        double LossAt(double logarithm) =>
            -examples.Sum(example => Math.Log(Math.Max(example.ProbabilityOf(example.Label!.Value, Math.Exp(logarithm)), 1e-300)));
        while (high - low > 1e-4)
        {
            var third = (high - low) / 3;
            (low, high) = LossAt(low + third) <= LossAt(high - third) ? (low, high - third) : (low + third, high);
        }

        return Math.Exp((low + high) / 2);
    }
}
