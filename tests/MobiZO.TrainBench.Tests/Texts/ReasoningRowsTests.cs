using System.Globalization;
using System.Text.RegularExpressions;
using MobiZO.TrainBench.Texts;

namespace MobiZO.TrainBench.Tests.Texts;

public sealed partial class ReasoningRowsTests
{
    private const int Rows = 400;

    /// <summary>A model that learns these rows must not learn wrong sums.</summary>
    [Fact]
    public void Every_sum_is_right_and_the_last_one_is_the_answer()
    {
        foreach (var row in ReasoningRows.Endless(1).Take(Rows))
        {
            var sums = Sum().Matches(row.Completion);
            Assert.NotEmpty(sums);
            foreach (Match sum in sums)
            {
                var (a, b, result) = (Number(sum, 1), Number(sum, 3), Number(sum, 4));
                var expected = sum.Groups[2].Value switch
                {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                };
                Assert.True(expected == result && (sum.Groups[2].Value != "/" || a % b == 0), row.Completion);
            }

            Assert.EndsWith($" The answer is {Number(sums[^1], 4)}.", row.Completion, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_seed_gives_the_same_rows_and_none_twice()
    {
        TextRow[] rows = [.. ReasoningRows.Endless(1).Take(Rows)];
        Assert.Equal(rows, ReasoningRows.Endless(1).Take(Rows));
        Assert.NotEqual(rows, ReasoningRows.Endless(2).Take(Rows));
        Assert.Equal(Rows, rows.DistinctBy(row => row.Prompt).Count());
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) ([-+*/]) (\d+) = (\d+)\.")]
    private static partial Regex Sum();
}
