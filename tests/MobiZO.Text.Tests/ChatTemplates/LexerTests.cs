using MobiZO.Text.ChatTemplates;
using MobiZO.Text.ChatTemplates.Syntax;

namespace MobiZO.Text.Tests.ChatTemplates;

public sealed class LexerTests
{
    [Fact]
    public void CutsTextTagsAndExpressions()
    {
        var tokens = Lexer.Tokenize("a{{ b.c[1] }}{% if x %}");

        Assert.Equal(["a", "{{", "b", ".", "c", "[", "1", "]", "}}", "{%", "if", "x", "%}", ""], tokens.Select(token => token.Text));
        Assert.Equal(TokenKind.End, tokens[^1].Kind);
    }

    [Theory]
    [InlineData("'a\\nb'", "a\nb")]
    [InlineData("\"it's\"", "it's")]
    [InlineData("'\\x41\\u00e9\\U0001F600'", "A\u00e9\U0001F600")]
    [InlineData("'\\q'", "\\q")]
    [InlineData("'\\101\\0'", "A\0")]
    [InlineData("'line\nbreak'", "line\nbreak")]
    public void DecodesStringEscapes(string literal, string expected)
    {
        Assert.Equal(expected, Lexer.Tokenize("{{ " + literal + " }}")[1].Text);
    }

    [Theory]
    [InlineData("1", "Integer", "1")]
    [InlineData("1_000", "Integer", "1000")]
    [InlineData("1.5", "Float", "1.5")]
    [InlineData("2e-3", "Float", "2e-3")]
    public void ReadsNumbers(string literal, string kind, string text)
    {
        var token = Lexer.Tokenize("{{" + literal + "}}")[1];
        Assert.Equal((kind, text), (token.Kind.ToString(), token.Text));
    }

    [Fact]
    public void BracesInsideOfAnExpressionDoNotEndIt()
    {
        Assert.Equal("{'a': {'b': 1}}", JinjaText.Render("{{ {'a': {'b': 1}}}}"));
    }

    [Fact]
    public void TokensKnowTheirLines()
    {
        var tokens = Lexer.Tokenize("one\ntwo {{\n x }}\n{# a\nb #}{{ y }}");
        Assert.Equal(3, tokens.Single(token => token.Text == "x").Line);
        Assert.Equal(5, tokens.Single(token => token.Text == "y").Line);
    }

    [Theory]
    [InlineData("{# open", "Missing end of comment", 1)]
    [InlineData("\n{{ 'open }}", "is not closed", 2)]
    [InlineData("{{ a ? b }}", "unexpected character '?'", 1)]
    [InlineData("{{ (1] }}", "expected ')'", 1)]
    [InlineData("{{ 1) }}", "unexpected ')'", 1)]
    [InlineData("{{ '\\u00g0' }}", "hexadecimal digits", 1)]
    [InlineData("{{ '\\N{DASH}' }}", "not supported", 1)]
    [InlineData("{{ 0x10 }}", "not supported", 1)]
    [InlineData("{% raw %} x", "endraw", 1)]
    public void RefusesBrokenTagsWithTheirLine(string template, string message, int line)
    {
        var exception = Assert.Throws<ChatTemplateException>(() => Lexer.Tokenize(template));
        Assert.Contains(message, exception.Message);
        Assert.Equal(line, exception.Line);
    }
}
