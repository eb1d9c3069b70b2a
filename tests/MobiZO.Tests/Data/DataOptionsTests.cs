using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class DataOptionsTests
{
    [Fact]
    public void DefaultsAreSound() => Assert.Empty(new DataOptions().Validate());

    [Fact]
    public void EveryErrorIsListedAtOnce()
    {
        var options = new DataOptions
        {
            TextColumn = "",
            Columns = ["a", "a", ""],
            MaxLength = 1,
            MaxRows = 0,
            EvalFraction = double.NaN,
            InvocationTokens = 0,
            InvocationText = "",
            Format = (DataFormat)9,
            Truncation = (Truncation)9,
            Balanced = true,
            EvalBalanced = true,
            Shape = RowShape.Text,
            Template = "{text",
        };
        var error = Assert.Throws<DataException>(options.ThrowIfInvalid);
        foreach (
            string part in new[]
            {
                "TextColumn is empty",
                "Columns has no names",
                "Columns names 'a' twice",
                "MaxLength is 1",
                "MaxRows is 0",
                "EvalFraction is NaN",
                "InvocationTokens is 0",
                "InvocationText is empty",
                "Format is 9",
                "Truncation is 9",
                "Balanced needs labels",
                "EvalBalanced needs labels",
                "a '{' that is not closed",
            }
        )
        {
            Assert.Contains(part, error.Message);
        }
    }

    [Fact]
    public void ChoicesMustBeDistinctWordsWithOneMeaning()
    {
        Assert.Contains("at least 2 words", Error(new DataOptions { Choices = [" yes"] }));
        Assert.Contains("'yes' twice", Error(new DataOptions { Choices = [" yes", "yes"] }));
        Assert.Contains("empty word", Error(new DataOptions { Choices = [" ", "yes"] }));
        Assert.Contains("could mean either", Error(new DataOptions { Choices = [" 1", " 2"] }));
        Assert.Empty(new DataOptions { Choices = [" 0", " 1"] }.Validate());
        Assert.Contains("Both", Error(new DataOptions { Choices = ["a", "b"], LabelWords = LabelWord.ParseList("x=a,y=b") }));
        Assert.Contains("'x' twice", Error(new DataOptions { LabelWords = [new("x", "a"), new(" x", "b")] }));
        Assert.Contains("fewer than 2", Error(new DataOptions { LabelWords = [new("x", "a"), new("y", "a")] }));
    }

    [Fact]
    public void ShapesAndOptionsMustAgree()
    {
        Assert.Empty(new DataOptions { Shape = RowShape.Classification, Balanced = true }.Validate());
        Assert.Contains("Shape is Text", Error(new DataOptions { Shape = RowShape.Text, Choices = ["a", "b"] }));
        Assert.Contains("does not use one", Error(new DataOptions { Shape = RowShape.Chat, Template = "{a}" }));
        Assert.Contains("shows the answer, column 'label'", Error(new DataOptions { Choices = ["a", "b"], Template = "{text} {label}" }));
        Assert.Contains("shows the answer, column 'completion'", Error(new DataOptions { Template = "{completion}" }));
    }

    [Theory]
    [InlineData("ham= no,spam= yes", "ham", " no", "spam", " yes")]
    [InlineData(" ham =no, spam = yes ", "ham", "no", "spam", " yes ")]
    [InlineData("a\\,b=x\\=y,c=\\nno", "a,b", "x=y", "c", "\nno")]
    [InlineData("a=x=y,b=\\\\", "a", "x=y", "b", "\\")]
    public void LabelWordsAreRead(string text, string label0, string word0, string label1, string word1) =>
        Assert.Equal([new LabelWord(label0, word0), new LabelWord(label1, word1)], LabelWord.ParseList(text));

    [Theory]
    [InlineData("")]
    [InlineData("ham")]
    [InlineData("ham=")]
    [InlineData("=no")]
    [InlineData("ham= no,")]
    [InlineData("ham= no,,spam= yes")]
    public void BrokenLabelWordsAreErrors(string text) =>
        Assert.Contains("expected label=word", Assert.Throws<DataException>(() => LabelWord.ParseList(text)).Message);

    private static string Error(DataOptions options) => Assert.Throws<DataException>(options.ThrowIfInvalid).Message;
}
