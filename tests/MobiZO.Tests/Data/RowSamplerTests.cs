using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class RowSamplerTests
{
    private static readonly DataOptions s_options = new() { LabelWords = LabelWord.ParseList("ham= no,spam= yes") };

    [Theory]
    [InlineData(15, 10, 5)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(7, 5, 2)]
    [InlineData(1, 1, 0)]
    public void ADrawKeepsTheSharesOfLabelsInASortedFile(int maxRows, int ham, int spam)
    {
        DataRow[] rows = Rows(20, 10);
        IReadOnlyList<DataRow> chosen = new RowSampler(s_options with { MaxRows = maxRows }).Choose(rows);
        Assert.Equal((ham, spam), (CountOf(chosen, "ham"), CountOf(chosen, "spam")));
        Assert.Equal(chosen.OrderBy(row => row.LineNumber), chosen);
        Assert.NotEqual(rows.Take(maxRows), chosen);
    }

    [Fact]
    public void EnoughRowsAreTakenAsTheyAre()
    {
        DataRow[] rows = Rows(20, 10);
        Assert.Equal(rows, new RowSampler(s_options).Choose(rows));
        Assert.Equal(rows, new RowSampler(s_options with { MaxRows = 30 }).Choose(rows));
    }

    [Fact]
    public void ALargerDrawHoldsTheSmallerOne()
    {
        DataRow[] rows = Rows(60, 0);
        IReadOnlyList<DataRow> Chosen(int most) => new RowSampler(new DataOptions { MaxRows = most }).Choose(rows);
        Assert.Empty(Chosen(10).Except(Chosen(20)));
        Assert.Equal(10, Chosen(10).Count);
    }

    /// <summary>"Balanced" is about what is learned; what is measured stays as it is in the file, and as many rows as asked for.</summary>
    [Theory]
    [InlineData(true, false, 50, 15, 15, 16, 4)]
    [InlineData(true, true, 50, 15, 15, 10, 10)]
    [InlineData(false, false, 50, 24, 6, 16, 4)]
    [InlineData(false, true, 50, 25, 5, 10, 10)]
    [InlineData(true, false, null, 24, 24, 64, 16)]
    public void TrainingAndEvaluationAreBalancedByThemselves(
        bool balanced,
        bool evalBalanced,
        int? maxRows,
        int trainHam,
        int trainSpam,
        int evalHam,
        int evalSpam
    )
    {
        DataRow[] rows = Rows(160, 40);
        DataSplit split = new RowSampler(
            s_options with
            {
                Balanced = balanced,
                EvalBalanced = evalBalanced,
                MaxRows = maxRows,
                EvalFraction = 0.4,
            }
        ).Split(rows);
        Assert.Equal((evalHam, evalSpam), (CountOf(split.Eval, "ham"), CountOf(split.Eval, "spam")));
        Assert.Equal((trainHam, trainSpam), (CountOf(split.Train, "ham"), CountOf(split.Train, "spam")));
        Assert.Empty(split.Train.Intersect(split.Eval));
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(13, 6)]
    [InlineData(100, 10)]
    [InlineData(2, 1)]
    public void BalancedSamplesHaveTheSameNumberOfEveryLabel(int? maxRows, int each)
    {
        IReadOnlyList<DataRow> chosen = new RowSampler(s_options with { Balanced = true, MaxRows = maxRows }).Choose(Rows(40, 10));
        Assert.Equal(each, chosen.Count(row => row["label"] == "ham"));
        Assert.Equal(each, chosen.Count(row => row["label"] == "spam"));
        Assert.Equal(chosen.OrderBy(row => row.LineNumber), chosen);
        Assert.Equal(chosen.Count, chosen.Distinct().Count());
    }

    /// <summary>k rows of every label are drawn for training; what is held out keeps the shares of the file.</summary>
    [Fact]
    public void AFewShotSampleHasThatManyRowsOfEveryLabel()
    {
        DataRow[] rows = Rows(160, 40);
        IReadOnlyList<DataRow> Few(ulong seed) => new RowSampler(s_options with { FewShot = 16, Seed = seed }).Choose(rows);

        Assert.Equal((16, 16), (CountOf(Few(1), "ham"), CountOf(Few(1), "spam")));
        Assert.Equal(Few(1), Few(1));
        Assert.NotEqual(Few(1), Few(2));

        DataSplit split = new RowSampler(s_options with { FewShot = 4, EvalFraction = 0.5 }).Split(rows);
        Assert.Equal((4, 4), (CountOf(split.Train, "ham"), CountOf(split.Train, "spam")));
        Assert.Equal((80, 20), (CountOf(split.Eval, "ham"), CountOf(split.Eval, "spam")));
        Assert.Empty(split.Train.Intersect(split.Eval));
    }

    [Fact]
    public void AFewShotSampleNeedsItsRows()
    {
        string message = Assert.Throws<DataException>(() => new RowSampler(s_options with { FewShot = 16 }).Choose(Rows(20, 15))).Message;

        Assert.Contains("found 15 rows for the choice ' yes'; expected at least 16 of every label", message, StringComparison.Ordinal);
        Assert.Contains(
            "FewShot and MaxRows are both given",
            Assert.Single((s_options with { FewShot = 1, MaxRows = 1 }).Validate()),
            StringComparison.Ordinal
        );
        Assert.Contains("FewShot is 0", Assert.Single((s_options with { FewShot = 0 }).Validate()), StringComparison.Ordinal);
        Assert.Contains(
            "need rows with labels",
            Assert.Throws<DataException>(() => new RowSampler(new DataOptions { FewShot = 1 })).Message
        );
    }

    [Fact]
    public void TheFirstRowsAreTheHeadOfTheFile()
    {
        DataRow[] rows = Rows(20, 20);
        DataOptions first = s_options with { FirstRows = true };

        Assert.Equal(rows.Take(7), new RowSampler(first with { MaxRows = 7 }).Choose(rows));
        Assert.Equal(rows, new RowSampler(first).Choose(rows));
        Assert.Equal(rows[..3].Concat(rows[20..23]), new RowSampler(first with { MaxRows = 6, Balanced = true }).Choose(rows));
        Assert.Equal(new RowSampler(s_options with { FewShot = 2 }).Choose(rows), new RowSampler(first with { FewShot = 2 }).Choose(rows));
        IReadOnlyList<DataRow> held = new RowSampler(first with { MaxRows = 10, EvalFraction = 0.5, Balanced = true }).Split(rows).Eval;
        Assert.NotEqual(rows.Take(held.Count), held);
    }

    [Fact]
    public void BalanceNeedsRowsOfEveryLabel()
    {
        Assert.Contains(
            "found no row for the choice ' yes'",
            Assert.Throws<DataException>(() => new RowSampler(s_options with { Balanced = true }).Choose(Rows(5, 0))).Message
        );
        Assert.Contains(
            "found no row for the choice ' no'",
            Assert.Throws<DataException>(() => new RowSampler(s_options with { Balanced = true }).Choose([])).Message
        );
        Assert.Contains(
            "found at most 1 rows for 2 labels",
            Assert.Throws<DataException>(() => new RowSampler(s_options with { Balanced = true, MaxRows = 1 }).Choose(Rows(5, 5))).Message
        );
    }

    [Fact]
    public void SplitsKeepTheSharesOfLabelsAndLoseNoRow()
    {
        IReadOnlyList<DataRow> rows = Rows(80, 20);
        DataSplit split = new RowSampler(s_options with { EvalFraction = 0.25 }).Split(rows);
        Assert.Equal(20, split.Eval.Count(row => row["label"] == "ham"));
        Assert.Equal(5, split.Eval.Count(row => row["label"] == "spam"));
        Assert.Equal(rows, split.Train.Concat(split.Eval).OrderBy(row => row.LineNumber));
    }

    [Fact]
    public void TheSeedAloneDecides()
    {
        IReadOnlyList<DataRow> rows = Rows(80, 20);
        int[] Eval(ulong seed) =>
            [.. new RowSampler(s_options with { EvalFraction = 0.1, Seed = seed }).Split(rows).Eval.Select(row => row.LineNumber)];
        int[] Chosen(ulong seed) =>
            [.. new RowSampler(s_options with { Balanced = true, Seed = seed }).Choose(rows).Select(row => row.LineNumber)];
        int[] Drawn(ulong seed) =>
            [.. new RowSampler(s_options with { MaxRows = 30, Seed = seed }).Choose(rows).Select(row => row.LineNumber)];
        Assert.Equal(Drawn(1), Drawn(1));
        Assert.NotEqual(Drawn(1), Drawn(2));
        Assert.Equal(Eval(1), Eval(1));
        Assert.NotEqual(Eval(1), Eval(2));
        Assert.Equal(Chosen(1), Chosen(1));
        Assert.NotEqual(Chosen(1), Chosen(2));
    }

    [Fact]
    public void RowsWithoutLabelsAreSplitToo()
    {
        DataSplit split = new RowSampler(new DataOptions { EvalFraction = 0.1 }).Split(Rows(30, 0));
        Assert.Equal((27, 3), (split.Train.Count, split.Eval.Count));
        Assert.Empty(new RowSampler(new DataOptions()).Split(Rows(3, 0)).Eval);
    }

    [Fact]
    public void ASplitWithAnEmptySideIsAnError()
    {
        string message = Assert
            .Throws<DataException>(() => new RowSampler(s_options with { EvalFraction = 0.1 }).Split(Rows(3, 3)))
            .Message;
        Assert.Contains("found 6 rows, of which EvalFraction 0.1 holds out 0; expected rows on both sides of the split", message);
        Assert.Throws<DataException>(() => new RowSampler(s_options with { EvalFraction = 0.9 }).Split(Rows(1, 1)));
    }

    [Fact]
    public void UnknownLabelsAreFoundEarly() =>
        Assert.Contains(
            "the label 'eggs'",
            Assert.Throws<DataException>(() => new RowSampler(s_options with { EvalFraction = 0.5 }).Split([Row(1, "eggs")])).Message
        );

    private static int CountOf(IEnumerable<DataRow> rows, string label) => rows.Count(row => row["label"] == label);

    private static DataRow[] Rows(int ham, int spam) =>
        [.. Enumerable.Range(0, ham + spam).Select(i => Row(i + 1, i % (ham + spam) < ham ? "ham" : "spam"))];

    private static DataRow Row(int line, string label) => ExampleEncoderTests.Row(line, ("text", "x"), ("label", label));
}
