using MobiZO.Evaluation;

namespace MobiZO.Tests.Evaluation;

public class ClassificationMetricsTests
{
    [Fact]
    public void PrecisionAndRecallAreCounted()
    {
        // Right a: 3 as a, 1 as b. Right b: 2 as b, 2 as c. Right c: none.
        var metrics = Of((0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (1, 2), (1, 2));

        Assert.Equal(5 / 8.0, metrics.Accuracy);
        Assert.Equal((" a", 0.5), (metrics.MajorityWord, metrics.MajorityAccuracy));
        Assert.Equal((1.0, 0.75), (metrics.Labels[0].Precision, metrics.Labels[0].Recall));
        Assert.Equal((2 / 3.0, 0.5), (metrics.Labels[1].Precision, metrics.Labels[1].Recall));
        Assert.Equal((0.0, (double?)null, 0.0), (metrics.Labels[2].Precision, metrics.Labels[2].Recall, metrics.Labels[2].F1));

        // A word that no row has is no label of these rows.
        Assert.Equal(((6 / 7.0) + (4 / 7.0)) / 2, metrics.MacroF1, 1e-12);
        Assert.Equal([(" b", " c", 2), (" a", " b", 1)], metrics.Confused.Select(pair => (pair.Right, pair.Predicted, pair.Rows)));
    }

    [Fact]
    public void AModelThatIsTooSureIsToldAndCooled()
    {
        // It says 98 %, and is right on 3 rows of 4.
        var metrics = Of([.. Enumerable.Range(0, 80).Select(n => (Right: n % 2, Predicted: n % 8 < 2 ? 1 - (n % 2) : n % 2))], 4);
        var calibration = metrics.Calibration;

        Assert.Equal(Math.Exp(0) / (1 + (2 * Math.Exp(-4))) - 0.75, calibration.Error, 1e-9);
        Assert.True(calibration.Temperature > 1.5, $"{calibration.Temperature}");
        Assert.True(calibration.ErrorAtTemperature < 0.1, $"{calibration.ErrorAtTemperature}");
    }

    [Fact]
    public void FewRowsHaveNoTemperature()
    {
        var calibration = Of((0, 0), (1, 1), (1, 0)).Calibration;
        Assert.Null(calibration.Temperature);
        Assert.Null(calibration.ErrorAtTemperature);
    }

    [Fact]
    public void FreeAnswersHaveNone() => Assert.Null(new EvaluationResult([new ScoredExample(1, null, null, [], -2, 2)], []).Metrics);

    private static ClassificationMetrics Of(params (int Right, int Predicted)[] rows) => Of(rows, 1);

    private static ClassificationMetrics Of((int Right, int Predicted)[] rows, double margin) =>
        new EvaluationResult(
            [
                .. rows.Select(
                    (row, n) =>
                        new ScoredExample(
                            n + 1,
                            row.Right,
                            row.Predicted,
                            [.. Enumerable.Range(0, 3).Select(choice => choice == row.Predicted ? 0 : -margin)],
                            -1,
                            1
                        )
                ),
            ],
            [" a", " b", " c"]
        ).Metrics!;
}
