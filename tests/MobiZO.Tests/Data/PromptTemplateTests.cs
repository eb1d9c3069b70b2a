using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class PromptTemplateTests
{
    [Theory]
    [InlineData("{text}\\nSentiment:", "<text>\nSentiment:")]
    [InlineData("{ a }{b}{ a }", "<a><b><a>")]
    [InlineData("{{\"x\": {a}}}", "{\"x\": <a>}")]
    [InlineData("{{{a}}}", "{<a>}")]
    [InlineData("\\t\\\\n{a}\\d\\", "\t\\n<a>\\d\\")]
    [InlineData("{sentence 1.x}", "<sentence 1.x>")]
    public void FieldsAndEscapesAreRead(string text, string expected)
    {
        PromptTemplate template = PromptTemplate.Parse(text);
        Assert.Equal(expected, template.Render([.. template.Fields.Select(field => $"<{field}>")]));
    }

    [Fact]
    public void ValuesAreNotReadAgain() => Assert.Equal("{b}\\n", PromptTemplate.Parse("{a}").Render(["{b}\\n"]));

    [Theory]
    [InlineData("x {text", 3, "not closed")]
    [InlineData("x {a {b}", 3, "not closed")]
    [InlineData("{a} }", 5, "closes nothing")]
    [InlineData("{ }", 1, "without a name")]
    [InlineData("{", 1, "not closed")]
    [InlineData("hello", 1, "no field")]
    [InlineData("", 1, "no field")]
    public void BrokenTemplatesNameTheCharacter(string text, int character, string found)
    {
        string message = Assert.Throws<DataException>(() => PromptTemplate.Parse(text)).Message;
        Assert.Contains($"character {character}: found", message);
        Assert.Contains(found, message);
        Assert.Contains("Write {{ or }} for a brace", message);
    }
}
