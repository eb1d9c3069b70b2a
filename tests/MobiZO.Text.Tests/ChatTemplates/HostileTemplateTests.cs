using System.Diagnostics;
using System.Text;
using MobiZO.Text.ChatTemplates;

namespace MobiZO.Text.Tests.ChatTemplates;

/// <summary>Templates that try to hang, to fill the memory, or to overflow the stack end in an error that says so.</summary>
public sealed class HostileTemplateTests
{
    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}")]
    [InlineData("{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData(
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson | length }}"
    )]
    [InlineData(
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}"
            + "{% endfor %}{{ ns.x == ns.y }}"
    )]
    [InlineData("{{ 'a' * 99999999999 }}")]
    [InlineData("{{ [1] * 99999999999 }}")]
    [InlineData("{{ range(99999999999) }}")]
    [InlineData("{{ 9 ** (9 ** 9) }}")]
    [InlineData("{% set ns = namespace(x=3) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    [InlineData("{{ 'a' | center(99999999999) }}")]
    [InlineData("{{ 'a'.zfill(99999999999) }}")]
    [InlineData("{{ '%999999999s' % 'a' }}")]
    [InlineData("{{ '%*s' % (999999999, 'a') }}")]
    [InlineData("{{ '%.999999999d' % 1 }}")]
    [InlineData("{{ [1] | slice(99999999999) | list }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}")]
    [InlineData("{{ 'a' | indent(99999999999) }}")]
    [InlineData("{{ ('a\n' * 99999) | indent(99999) }}")]
    [InlineData("{{ ('a' * 999999) | replace('a', 'aaaaaaaaaaaa') }}")]
    [InlineData("{{ ('a,' * 999999).split(',') }}")]
    [InlineData("{{ [] | tojson(indent=99999999999) }}")]
    [InlineData("{{ [[[[1]]]] | tojson(indent=9999999) }}")]
    [InlineData("{% for i in range(99999) %}{{ ('a' * 4000000 ~ 'b') in ('a' * 8000000) }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 8000000 %}{% for i in range(99999) %}{{ s == s ~ '' }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 4000000 %}{{ s.strip(s) }}")]
    [InlineData("{% set s = 'a' * 8000000 %}{{ ([s] * 99999) | unique | list | length }}")]
    [InlineData("{% set s = 'a' * 8000000 %}{{ s.startswith(('b' ~ s[1:],) * 99999) }}")]
    public void IsStopped(string template)
    {
        var watch = Stopwatch.StartNew();
        var exception = JinjaText.Error(template);
        Assert.False(exception.RaisedByTemplate);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "", "]")]
    [InlineData("{1: ", "1", "}")]
    [InlineData("-", "1", "")]
    [InlineData("not ", "1", "")]
    [InlineData("x[", "1", "]")]
    [InlineData("f(", "1", ")")]
    [InlineData("1 if 1 else ", "1", "")]
    [InlineData("1 ** ", "1", "")]
    [InlineData("", "x", ".y")]
    [InlineData("", "x", "()")]
    [InlineData("", "x", " | trim")]
    [InlineData("", "x", " and x")]
    public void DeepExpressionsDoNotOverflowTheStack(string before, string middle, string after)
    {
        const int Depth = 20_000;
        var template = new StringBuilder("{{ ")
            .Insert(3, before, Depth)
            .Append(middle)
            .Insert(3 + (before.Length * Depth) + middle.Length, after, Depth)
            .Append(" }}");
        Assert.Throws<ChatTemplateException>(() => JinjaText.Render(template.ToString(), "{\"x\": \"\"}"));
    }

    [Theory]
    [InlineData("{% if 1 %}", "{% endif %}")]
    [InlineData("{% for x in [1] %}", "{% endfor %}")]
    [InlineData("{% set x %}", "{% endset %}")]
    public void DeepBlocksDoNotOverflowTheStack(string before, string after)
    {
        var template = new StringBuilder().Insert(0, after, 20_000).Insert(0, before, 20_000);
        Assert.Contains("nests deeper", JinjaText.Error(template.ToString()).Message);
    }

    [Fact]
    public void DeepTargetsDoNotOverflowTheStack()
    {
        Assert.Contains(
            "nests deeper",
            JinjaText.Error("{% for " + new string('(', 20_000) + "x" + new string(')', 20_000) + " in [1] %}{% endfor %}").Message
        );
    }

    [Fact]
    public void RefusesAHugeTemplate()
    {
        Assert.Contains(
            "more than allowed",
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(new string('a', 2_000_000))).Message
        );
    }

    [Fact]
    public void WorksOnAThreadWithASmallStack()
    {
        Exception? caught = null;
        var thread = new Thread(
            () => caught = Record.Exception(() => JinjaText.Render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")),
            256 * 1024
        );
        thread.Start();
        thread.Join();
        Assert.IsType<ChatTemplateException>(caught);
    }
}
