using MobiZO.Text.ChatTemplates;
using MobiZO.Text.ChatTemplates.Syntax;

namespace MobiZO.Text.Tests.ChatTemplates;

public sealed class ParserTests
{
    [Fact]
    public void ParsesALoopWithBranches()
    {
        var loop = Assert.IsType<ForStatement>(
            Assert.Single(
                Parser.Parse(
                    "{% for k, v in d.items() if v recursive %}{% if k %}a{% elif v %}b{% else %}c{% endif %}{% else %}d{% endfor %}"
                )
            )
        );

        Assert.True(loop.IsRecursive);
        Assert.IsType<TupleTarget>(loop.Target);
        Assert.IsType<CallExpression>(loop.Items);
        Assert.IsType<NameExpression>(loop.Condition);
        Assert.Equal(2, Assert.IsType<IfStatement>(Assert.Single(loop.Body)).Branches.Count);
        Assert.IsType<TextStatement>(Assert.Single(loop.Otherwise));
    }

    [Fact]
    public void FiltersBindTighterThanArithmetic()
    {
        var output = Assert.IsType<OutputStatement>(Assert.Single(Parser.Parse("{{ a + b | trim }}")));
        Assert.IsType<FilterExpression>(Assert.IsType<ArithmeticExpression>(output.Value).Right);
    }

    [Fact]
    public void NotBindsLooserThanComparison()
    {
        var output = Assert.IsType<OutputStatement>(Assert.Single(Parser.Parse("{{ not a in b }}")));
        Assert.IsType<ComparisonExpression>(Assert.IsType<NotExpression>(output.Value).Operand);
    }

    [Theory]
    [InlineData("{% if x %}a", "the block 'if' is not closed", 1)]
    [InlineData("a\n{% for x in y %}\n\n", "the block 'for' is not closed", 2)]
    [InlineData("\n\n{{ x", "unexpected end of template", 3)]
    [InlineData("{{ }}", "Expected an expression", 1)]
    [InlineData("{{ 1 + }}", "unexpected end of print statement", 1)]
    [InlineData("{{ a b }}", "unexpected 'b'", 1)]
    [InlineData("{{ a. }}", "expected a name or number", 1)]
    [InlineData("{{ a[1, 2] }}", "not supported", 1)]
    [InlineData("{{ f(*x) }}", "not supported", 1)]
    [InlineData("{{ f(a=1, a=2) }}", "given twice", 1)]
    [InlineData("{{ f(a=1, 2) }}", "positional argument follows", 1)]
    [InlineData("{% endif %}", "unknown tag 'endif'", 1)]
    [InlineData("{% frobnicate %}", "unknown tag 'frobnicate'", 1)]
    [InlineData("\n{% include 'x' %}", "'include' is not supported", 2)]
    [InlineData("{% break %}", "outside of a loop", 1)]
    [InlineData("{% set true = 1 %}", "Cannot assign to 'true'", 1)]
    [InlineData("{% set x %}", "not closed", 1)]
    [InlineData("{% for x y %}{% endfor %}", "expected 'in'", 1)]
    [InlineData("{% macro f(a=1, b) %}{% endmacro %}", "without a default", 1)]
    [InlineData("{% call 1 %}{% endcall %}", "needs a call", 1)]
    [InlineData("{% %}", "the name of a tag", 1)]
    [InlineData("{{ x is }}", "the name of a test", 1)]
    [InlineData("{{ x | }}", "the name of a filter", 1)]
    [InlineData("{% filter upper(1)(2) %}{% endfilter %}", "unexpected '('", 1)]
    [InlineData("{% if a %}{% endfor %}", "unknown tag 'endfor'", 1)]
    public void RefusesBrokenSyntaxWithItsLine(string template, string message, int line)
    {
        var exception = Assert.Throws<ChatTemplateException>(() => Parser.Parse(template));
        Assert.Contains(message, exception.Message);
        Assert.Equal(line, exception.Line);
    }

    [Fact]
    public void EveryPrefixOfATemplateParsesOrIsRefused()
    {
        const string Template =
            "{%- macro m(a, b=[1, {'k': -2.5e3}]) -%}{{ a[::-1] ~ b | join(',') if a is not none else 'x\\n' }}{%- endmacro -%}"
            + "{% for k, v in d.items() if k not in ('a',) %}{{ m(k, b=v)[1:].x.0 }}{% break %}{% endfor %}"
            + "{% set ns = namespace(x=1) %}{% set ns.x = 2 ** 3 // 1 %}{% raw %}{{{% endraw %}{# c #}";
        Parser.Parse(Template);
        for (var length = 0; length < Template.Length; length++)
        {
            try
            {
                Parser.Parse(Template[..length]);
                Parser.Parse(Template[length..]);
            }
            catch (ChatTemplateException)
            {
                // Refused in words; anything else fails the test.
            }
        }
    }
}
