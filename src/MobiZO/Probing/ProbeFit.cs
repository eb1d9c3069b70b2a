using System.Numerics.Tensors;

namespace MobiZO.Probing;

/// <summary>A logistic probe on the hidden states of one layer, chosen by cross-validation.</summary>
/// <param name="Layer">Layers in front of the states that it reads.</param>
/// <param name="Penalty">Strength of the L2 penalty.</param>
/// <param name="CrossValidated">Share of training rows that probes of the other folds label rightly.</param>
/// <param name="Probe">The classifier of the states as <see cref="Normalize"/> leaves them.</param>
internal sealed record ProbeFit(int Layer, double Penalty, double CrossValidated, LinearProbe Probe)
{
    /// <summary>Fewest training rows: with fewer nothing can be chosen.</summary>
    public const int LeastRows = 4;

    private const int Folds = 5;

    // Strong first: each fit begins at the one before. The middle one chooses the layer.
    private static readonly double[] s_penalties = [10, 3, 1, 0.3, 0.1, 0.03, 0.01];
    private const double PenaltyOfLayers = 0.3;

    /// <summary>Chooses layer and strength on training rows alone, and fits them all.</summary>
    /// <param name="states">For every layer [n, hidden], as the model computes them; at least <see cref="LeastRows"/> rows.</param>
    /// <param name="labels">[n], from 0.</param>
    /// <param name="classes">Number of label words.</param>
    /// <param name="cancellation">Stops the fit.</param>
    public static ProbeFit Choose(
        IReadOnlyDictionary<int, float[][]> states,
        int[] labels,
        int classes,
        CancellationToken cancellation = default
    )
    {
        var folds = FoldsOf(labels);
        var scaled = states.ToDictionary(pair => pair.Key, pair => Scaled(pair.Value).Rows);
        var layer = scaled
            .OrderBy(pair => pair.Key)
            .Select(pair => (pair.Key, Score: CrossValidate(pair.Value, labels, classes, folds, [PenaltyOfLayers], cancellation)[0]))
            .MaxBy(pair => pair.Score)
            .Key;
        var scores = CrossValidate(scaled[layer], labels, classes, folds, s_penalties, cancellation);
        var best = scores.Index().MaxBy(pair => pair.Item).Index;
        var (scale, rows) = Scaled(states[layer]);
        var fitted = Path(rows, labels, classes, s_penalties[..(best + 1)], cancellation).Last();
        return new ProbeFit(layer, s_penalties[best], scores[best].Right, fitted.ForPlainRows(scale));
    }

    /// <summary>Fits all rows of one layer at the strength that was chosen on some of them.</summary>
    /// <inheritdoc cref="Choose"/>
    public ProbeFit Refit(float[][] states, int[] labels, int classes, CancellationToken cancellation = default)
    {
        var (scale, rows) = Scaled(states);
        return this with { Probe = LogisticRegression.Fit(rows, labels, classes, Penalty, cancellation: cancellation).ForPlainRows(scale) };
    }

    /// <summary>The label of a state [hidden], as the model computes it.</summary>
    public int LabelOf(float[] state)
    {
        var scores = Probe.LogProbabilities(Normalize(state));
        return Array.IndexOf(scores, scores.Max());
    }

    /// <summary>A state with a mean square of one, so that its length, which grows with the layers, says nothing.</summary>
    public static float[] Normalize(float[] state)
    {
        var scaled = new float[state.Length];
        var size = Math.Sqrt(TensorPrimitives.SumOfSquares<float>(state) / (double)state.Length);
        TensorPrimitives.Multiply(state, (float)(1 / Math.Max(size, 1e-12)), scaled);
        return scaled;
    }

    private static (FeatureScale Scale, float[][] Rows) Scaled(float[][] states)
    {
        float[][] rows = [.. states.Select(Normalize)];
        var scale = FeatureScale.Of(rows);
        return (scale, scale.Apply(rows));
    }

    /// <summary>The fold of every row: each label is dealt out in turn, so that every fold has its share.</summary>
    private static int[] FoldsOf(int[] labels)
    {
        var (dealt, folds) = (0, new int[labels.Length]);
        foreach (var row in Enumerable.Range(0, labels.Length).OrderBy(row => labels[row]))
        {
            folds[row] = dealt++ % Math.Min(Folds, labels.Length);
        }

        return folds;
    }

    /// <summary>For every strength the share of right rows and, to tell equals apart, minus the mean loss.</summary>
    private static (double Right, double Likelihood)[] CrossValidate(
        float[][] rows,
        int[] labels,
        int classes,
        int[] folds,
        double[] penalties,
        CancellationToken cancellation
    )
    {
        var count = folds.Max() + 1;
        var byFold = new (int Right, double Likelihood)[count][];
        Parallel.For(
            0,
            count,
            new ParallelOptions { CancellationToken = cancellation },
            fold =>
            {
                int[] inside = [.. Enumerable.Range(0, rows.Length).Where(row => folds[row] != fold)];
                int[] outside = [.. Enumerable.Range(0, rows.Length).Where(row => folds[row] == fold)];
                float[][] some = [.. inside.Select(row => rows[row])];
                int[] theirs = [.. inside.Select(row => labels[row])];
                byFold[fold] =
                [
                    .. Path(some, theirs, classes, penalties, cancellation)
                        .Select(probe =>
                        {
                            var scores = outside.Select(row => (Label: labels[row], Scores: probe.LogProbabilities(rows[row]))).ToArray();
                            return (
                                scores.Count(pair => Array.IndexOf(pair.Scores, pair.Scores.Max()) == pair.Label),
                                scores.Sum(pair => pair.Scores[pair.Label])
                            );
                        }),
                ];
            }
        );
        return
        [
            .. penalties.Select(
                (_, index) =>
                    ((double)byFold.Sum(fold => fold[index].Right) / rows.Length, byFold.Sum(fold => fold[index].Likelihood) / rows.Length)
            ),
        ];
    }

    private static IEnumerable<LinearProbe> Path(
        float[][] rows,
        int[] labels,
        int classes,
        double[] penalties,
        CancellationToken cancellation
    )
    {
        LinearProbe? last = null;
        foreach (var penalty in penalties)
        {
            yield return last = LogisticRegression.Fit(rows, labels, classes, penalty, last, cancellation);
        }
    }
}
