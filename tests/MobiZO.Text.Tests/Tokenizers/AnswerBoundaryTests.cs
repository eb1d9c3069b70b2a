namespace MobiZO.Text.Tests.Tokenizers;

public sealed class AnswerBoundaryTests
{
    private static readonly Encoding s_encoding = new([1, 5, 6, 7], [(0, 0), (0, 4), (4, 9), (9, 12)]);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(9, 3)]
    [InlineData(12, null)]
    public void Is_the_first_token_that_ends_behind_the_prompt(int promptLength, int? expected) =>
        Assert.Equal(expected, AnswerBoundary.FirstAnswerToken(s_encoding, promptLength));

    [Fact]
    public void Refuses_a_negative_length() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AnswerBoundary.FirstAnswerToken(s_encoding, -1));
}
