using MobiZO.Probing;

namespace MobiZO.Tests.Probing;

public class LogisticRegressionTests
{
    private static readonly float[][] s_rows =
    [
        .. Enumerable
            .Range(0, 60)
            .Select(n => new[] { (float)Math.Sin(n * 1.7), (float)Math.Cos(n * 2.3), (float)Math.Sin((n * 0.9) + 1), n % 3 / 2f }),
    ];

    private static readonly int[] s_labels = [.. Enumerable.Range(0, 60).Select(n => n % 3)];

    /// <summary>At the smallest loss nothing pulls: the gradient, computed here in double precision, is zero.</summary>
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.01)]
    public void TheLossCannotFallFurther(double penalty)
    {
        var probe = LogisticRegression.Fit(s_rows, s_labels, 3, penalty);

        for (var c = 0; c < 3; c++)
        {
            var errors = s_rows.Select((row, n) => Math.Exp(probe.LogProbabilities(row)[c]) - (s_labels[n] == c ? 1 : 0)).ToArray();
            Assert.Equal(0, errors.Average(), 2e-3);
            for (var i = 0; i < 4; i++)
            {
                var pull = s_rows.Select((row, n) => errors[n] * row[i]).Average() + (penalty * probe.Weights[(c * 4) + i]);
                Assert.Equal(0, pull, 2e-3);
            }
        }
    }

    [Fact]
    public void WhereTheSearchBeginsDoesNotMatter()
    {
        var plain = LogisticRegression.Fit(s_rows, s_labels, 3, 0.1);
        var far = LogisticRegression.Fit(s_rows, s_labels, 3, 0.1, new LinearProbe(3, [.. Enumerable.Repeat(2f, 12)], [1, -1, 0]));

        Assert.All(s_rows, row => Assert.Equal(plain.LogProbabilities(row)[0], far.LogProbabilities(row)[0], 1e-2));
    }

    [Fact]
    public void AStrongPenaltyLeavesTheSharesOfTheLabels()
    {
        int[] labels = [.. Enumerable.Range(0, 60).Select(n => n % 4 == 0 ? 1 : 0)];
        var probe = LogisticRegression.Fit(s_rows, labels, 2, 1000);

        Assert.All(s_rows, row => Assert.Equal(0.25, Math.Exp(probe.LogProbabilities(row)[1]), 5e-3));
    }

    [Fact]
    public void TheLayerThatTellsTheLabelsApartIsChosen()
    {
        var noise = s_rows.Select(row => new[] { row[0], row[1], row[2], 1 }).ToArray();
        var signal = s_rows.Select((row, n) => new[] { row[0], row[1], s_labels[n] == 1 ? 3f : 0, s_labels[n] == 2 ? 3f : 0.5f }).ToArray();
        var states = new Dictionary<int, float[][]>
        {
            [3] = noise,
            [5] = signal,
            [7] = noise,
        };

        var fit = ProbeFit.Choose(states, s_labels, 3);

        Assert.Equal(5, fit.Layer);
        Assert.True(fit.CrossValidated > 0.9, $"{fit.CrossValidated}");
        Assert.True(signal.Index().Count(row => fit.LabelOf(row.Item) == s_labels[row.Index]) > 54);
        Assert.True(ProbeFit.Choose(new Dictionary<int, float[][]> { [3] = noise }, s_labels, 3).CrossValidated < 0.6);
    }

    [Theory]
    [InlineData(30, 0, new[] { 18, 21, 24, 27, 30 })]
    [InlineData(30, 15, new[] { 18, 21, 24, 27, 30 })]
    [InlineData(30, 28, new[] { 29, 30 })]
    [InlineData(2, 1, new[] { 2 })]
    [InlineData(1, 0, new[] { 1 })]
    public void CandidatesLieInTheUpperHalfBehindWhatIsComputed(int layers, int first, int[] expected) =>
        Assert.Equal(expected, ProbeLayers.Of(layers, first));
}
