using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Tests.Reporting;

public sealed class MarkdownTableTests
{
    [Fact]
    public void Columns_are_aligned_and_bars_escaped()
    {
        var table = new ReportTable("Title", "name", "n");
        table.Add("a|b", "1");
        table.Add("long name", "-");
        Assert.Equal(
            ["Title", "", "| name      | n |", "|-----------|---|", @"| a\|b      | 1 |", "| long name | - |"],
            MarkdownTable.Lines(table)
        );
    }

    [Fact]
    public void A_row_has_one_cell_a_column() => Assert.Throws<ArgumentException>(() => new ReportTable("Title", "name", "n").Add("a"));

    [Theory]
    [InlineData(1234.6, "1235")]
    [InlineData(12.34, "12.3")]
    [InlineData(0.126, "0.13")]
    [InlineData(null, "-")]
    [InlineData(double.NaN, "-")]
    public void Numbers_have_three_digits(double? value, string text) => Assert.Equal(text, Show.Number(value));
}
