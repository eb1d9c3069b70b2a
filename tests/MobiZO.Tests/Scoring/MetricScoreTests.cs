using MobiZO.Scoring;

namespace MobiZO.Tests.Scoring;

/// <summary>Counted by hand from the definitions.</summary>
public sealed class MetricScoreTests
{
    [Theory]
    // LCS of "the cat was found under the bed" and "the cat was under the bed" is 6 words: P = 6/7, R = 6/6.
    [InlineData("the cat was found under the bed", "the cat was under the bed", 2 * (6.0 / 7) / ((6.0 / 7) + 1))]
    // "police killed the gunman" against "the gunman killed police": the longest common subsequence is "the gunman".
    [InlineData("the gunman killed police", "police killed the gunman", 0.5)]
    // Case and punctuation separate words; "don't" is two.
    [InlineData("Don't STOP!", "don t stop", 1)]
    [InlineData("", "a", 0)]
    [InlineData("", "", 0)]
    [InlineData("naïve", "na ve", 1)]
    public void RougeL(string answer, string expected, double score) =>
        Assert.Equal(score, MetricScore.Of(TextMetric.RougeL, answer, expected), 12);

    [Theory]
    // Articles are no words, and an apostrophe leaves no gap: {cats, house} and {cats, houses, roof}, one in common.
    [InlineData("The cat's house", "a cat's houses' roof", 2 * 0.5 * (1.0 / 3) / (0.5 + (1.0 / 3)))]
    // A word counts as often as both have it: {no, no, no} and {no, no, yes}.
    [InlineData("no no no", "No, no. Yes!", 2.0 / 3)]
    [InlineData("the", "", 1)]
    [InlineData("word", "", 0)]
    [InlineData("Another theme", "another theme", 1)]
    public void WordF1(string answer, string expected, double score) =>
        Assert.Equal(score, MetricScore.Of(TextMetric.WordF1, answer, expected), 12);

    [Theory]
    [InlineData(" The Eiffel   Tower.", "eiffel tower", 1)]
    [InlineData("tower eiffel", "eiffel tower", 0)]
    [InlineData("U.S.", "us", 1)]
    [InlineData("well-known", "well known", 0)]
    public void ExactMatch(string answer, string expected, double score) =>
        Assert.Equal(score, MetricScore.Of(TextMetric.ExactMatch, answer, expected));

    [Fact]
    public void TheNearestOfSeveralRightAnswersCounts()
    {
        var answer = new WrittenAnswer("?", "the old tower", "bridge") { Others = ["tower", "an old tower"] };
        Assert.Equal(1, MetricScore.Of(TextMetric.WordF1, answer));
        Assert.Equal(0, MetricScore.Of(TextMetric.WordF1, answer with { Others = [] }));
    }

    [Fact]
    public void EightTokensThatComeThreeTimesAreALoop()
    {
        int[] part = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.True(RepeatedWords.AreIn([9, .. part, 10, .. part, 11, .. part]));
        Assert.False(RepeatedWords.AreIn([9, .. part, 10, .. part, 11]));
        Assert.True(RepeatedWords.AreIn([.. Enumerable.Repeat(5, 10)]));
        Assert.False(RepeatedWords.AreIn([.. Enumerable.Repeat(5, 9)]));
        Assert.False(RepeatedWords.AreIn([]));
    }
}
