using MobiZO.Text.ChatTemplates;

namespace MobiZO.Text.Tests.ChatTemplates;

/// <summary>Expected texts were taken from jinja2 3.1.6 with trim_blocks and lstrip_blocks.</summary>
public sealed class InterpreterTests
{
    [Fact]
    public void Tells_of_a_name_that_is_printed_without_a_value()
    {
        var seen = new List<string>();
        var options = new ChatTemplateOptions
        {
            SpecialTokens = new Dictionary<string, string> { ["eos_token"] = "<e>" },
            UndefinedNames = new Names(seen),
        };
        var template = ChatTemplate.Parse("{{ bos_token }}{{ eos_token }}{% if unk_token is defined %}{{ unk_token }}{% endif %}");
        Assert.Equal("<e>", template.Render([new ChatMessage("user", "x")], options));
        Assert.Equal(["bos_token"], seen);
    }

    [Theory]
    [InlineData(
        "{{ 1 + 2 * 3 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 2 ** -1 }} {{ 1e16 }} {{ 0.1 + 0.2 }} {{ 1e-5 }} {{ 123456789.125 }}",
        "7 -4 2 0.5 1e+16 0.30000000000000004 1e-05 123456789.125"
    )]
    [InlineData("{{ true + 1 }} {{ 1 == true }} {{ '1' == 1 }} {{ [1] == (1,) }} {{ {1: 'a'}[1.0] }}", "2 True False False a")]
    [InlineData("{{ 'a' if false }}|{{ none }}|{{ u }}|{{ [u] }}", "|None||[Undefined]")]
    [InlineData("{% for i in [1, 2, 3] %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2,3")]
    [InlineData("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6")]
    [InlineData("{{ ' a ' | trim | upper ~ '!' }}{{ [3, 1, 2] | sort | join('-') }}", "A!1-2-3")]
    [InlineData("{{ {'b': [1, none, true], 'a': 'x\"'} | tojson }}", "{\"b\": [1, null, true], \"a\": \"x\\\"\"}")]
    [InlineData(
        "{{ 'x' is string }} {{ {} is mapping }} {{ u is defined }} {{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 1 is not none }}",
        "True True False True True True"
    )]
    [InlineData("{% macro greet(n='x') %}<{{ n }}>{% endmacro %}{{ greet() }}{{ greet('y') }}{{ greet(n='z') }}", "<x><y><z>")]
    [InlineData("{{ 'one two'.split() }}{{ 'abc'[1:] }}{{ 'a😀b'[::-1] }}{{ 'a😀b' | length }}", "['one', 'two']bcb😀a3")]
    [InlineData("{{ [1, 2, 3] | select('odd') | list }}{{ [1, 2] | map('string') | join }}", "[1, 3]12")]
    [InlineData("{{ 'yes' if [1] | select('even') else 'no' }}", "yes")]
    [InlineData("{{ none | map(attribute='a') | list }}{{ 2.5 is odd }}{{ 4.0 is even }}", "[]FalseTrue")]
    [InlineData("{{ 0.125 | round(2) }} {{ 2.675 | round(2) }} {{ 3.5 | round }} {{ 10.55 | round(1, 'floor') }}", "0.12 2.67 4.0 10.5")]
    [InlineData("{{ '\u1fb3\ufb01\u0149'.upper() }} {{ '\u039f\u03a3 \u03a3'.lower() }}", "\u0391\u0399FI\u02bcN \u03bf\u03c2 \u03c3")]
    [InlineData("{{ ['\u007f', '\u00a0', 'it\\'s', '\u00e9'] }}", "['\\x7f', '\\xa0', \"it's\", '\u00e9']")]
    public void GivesWhatJinjaGives(string template, string expected) => Assert.Equal(expected, JinjaText.Render(template));

    [Theory]
    [InlineData(
        "{{ range(3) }} {{ [range(1, 9, 2)] }} {{ range(5)[1:] }} {{ range(10)[::-2] }} {{ range(3).stop }}",
        "range(0, 3) [range(1, 9, 2)] range(1, 5) range(9, -1, -2) 3"
    )]
    [InlineData(
        "{% macro m(a, b=1) %}{{ varargs }}{% endmacro %}{{ m }} {{ m.name }} {{ m.arguments }} {{ m.catch_varargs }} {{ m.caller }}",
        "<Macro 'm'> m ('a', 'b') True False"
    )]
    [InlineData("{% macro m() %}{{ caller }}{% endmacro %}{% call m() %}x{% endcall %}", "<Macro anonymous>")]
    [InlineData(
        "{% set ns = namespace(a=1, b='x') %}{{ ns }}[{{ ns.c }}]{{ [ns.c] }}{{ ns.c is defined }}",
        "<Namespace {'a': 1, 'b': 'x'}>[][Undefined]False"
    )]
    [InlineData("{% for x in 'ab' %}{{ loop }}{% endfor %}", "<LoopContext 1/2><LoopContext 2/2>")]
    [InlineData(
        "{% set pipe = joiner('|') %}{{ pipe() }}a{{ pipe() }}b{{ pipe() }}{% set comma = joiner() %}{{ comma() }}{{ comma() }}",
        "a|b|, "
    )]
    [InlineData(
        "{% set c = cycler('x', 'y') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}",
        "xyxyNonex"
    )]
    [InlineData("{% for part in range(7) | slice(3) %}{{ part }}{% endfor %}", "[0, 1, 2][3, 4][5, 6]")]
    [InlineData("{% for part in range(7) | slice(3, 'f') %}{{ part }}{% endfor %}", "[0, 1, 2][3, 4, 'f'][5, 6, 'f']")]
    [InlineData("{{ '%5d|%-5d|%05d|%+d|% d' % (42, 42, -42, 42, 42) }}", "   42|42   |-0042|+42| 42")]
    [InlineData("{{ '%x|%X|%#o|%#x|%.4d' % (255, 255, 8, 255, 7) }}", "ff|FF|0o10|0xff|0007")]
    [InlineData(
        "{{ '%.2f|%8.3f|%e|%G|%g|%.3g|%#.3g' % (0.125, 3.14159, 12345.678, 1e-10, 100000.0, 1234567, 1) }}",
        "0.12|   3.142|1.234568e+04|1E-10|100000|1.23e+06|1.00"
    )]
    [InlineData("{{ '%-6s|%6.2s|%c|%c|%a' % ('ab', 'abc', 65, 'z', '\u00e9') }}", "ab    |    ab|A|z|'\\xe9'")]
    [InlineData("{{ '%(a)s-%(b)03d' % {'a': 1, 'b': 2, 'c': 3} }} {{ '%*d|%.*f' % (4, 7, 1, 2.25) }}", "1-002    7|2.2")]
    [InlineData("{{ '%s-%s' | format('a', 1) }} {{ '%(x)s' | format(x=2) }} {{ '%%' % () }}", "a-1 2 %")]
    [InlineData("{{ '%f|%5.1f|%F' % ('inf' | float, 'nan' | float, '-inf' | float) }}", "inf|  nan|-INF")]
    [InlineData(
        "{{ 'ff' | int(base=16) }} {{ '0xff' | int(0, 16) }} {{ '0b101' | int(base=2) "
            + "}} {{ '0o17' | int(base=0) }} {{ 'z' | int(base=36) }}",
        "255 255 5 15 35"
    )]
    [InlineData(
        "{{ '1_000' | int }} {{ '12' | int(base=3) }} {{ '9' | int(-1, 8) }} {{ "
            + "'x' | int(-1, 16) }} {{ '-0x10' | int(base=16) }} {{ '1_0.5' | float }}",
        "1000 5 9 -1 -16 10.5"
    )]
    [InlineData("{{ 'Stra\u00dfe \u03a3\u03c2 \ufb01'.casefold() }}", "strasse \u03c3\u03c3 fi")]
    public void PrintsAndFormatsAsPythonDoes(string template, string expected) => Assert.Equal(expected, JinjaText.Render(template));

    [Theory]
    [InlineData("{% set ns = namespace() %}{{ ns.x.y }}", "'jinja2.utils.Namespace object' has no attribute 'x'")]
    [InlineData("{{ '%d' % 'x' }}", "%d format: a real number is required, not str")]
    [InlineData("{{ '%x' % 1.5 }}", "%x format: an integer is required, not float")]
    [InlineData("{{ '%s %s' % ('a',) }}", "not enough arguments for format string")]
    [InlineData("{{ '%s' % ('a', 'b') }}", "not all arguments converted")]
    [InlineData("{{ '%(a)s' % 1 }}", "format requires a mapping")]
    [InlineData("{{ '%y' % 1 }}", "unsupported format character 'y'")]
    [InlineData("{{ '%5' % 1 }}", "incomplete format")]
    [InlineData("{{ '%99999999999d' % 1 }}", "longer than allowed")]
    [InlineData("{{ '%.9999f' % 1 }}", "is more than allowed (5000)")]
    [InlineData("{{ cycler() }}", "at least one item")]
    [InlineData("{{ [1] | slice(0) | list }}", "needs a positive integer")]
    public void SaysWhatCannotBeFormatted(string template, string message) => Assert.Contains(message, JinjaText.Error(template).Message);

    [Theory]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc")]
    [InlineData("a {%- if true -%} b {%- endif -%} c", "abc")]
    [InlineData("  {{ 1 }}\n  {# gone #}\nx", "  1\nx")]
    [InlineData("a\n  {%+ if true +%}\nb{% endif %}", "a\n  \nb")]
    [InlineData("x\r\n{% if true %}\r\ny{% endif %}\r\n", "x\ny")]
    public void TreatsWhitespaceAsTransformersDoes(string template, string expected) => Assert.Equal(expected, JinjaText.Render(template));

    [Theory]
    [InlineData("{{ u.x }}", "'u' is undefined")]
    [InlineData("{{ d.x.y }}", "'dict object' has no attribute 'x'")]
    [InlineData("{{ 'a' + 1 }}", "can only concatenate str (not \"int\") to str")]
    [InlineData("{{ 1 < 'a' }}", "'<' not supported between instances of 'int' and 'str'")]
    [InlineData("{{ 1 % 0 }}", "division by zero")]
    [InlineData("{{ 1 | nope }}", "No filter named 'nope'")]
    [InlineData("{{ 1 | wordwrap }}", "The filter 'wordwrap' is not supported")]
    [InlineData("{{ 1 is nope }}", "No test named 'nope'")]
    [InlineData("{{ 'a'.nope() }}", "has no attribute 'nope'")]
    [InlineData("{{ d() }}", "'dict' object is not callable")]
    [InlineData("{{ [].append(1) }}", "is unsafe")]
    [InlineData("{{ ''.__class__.__mro__ }}", "is unsafe")]
    [InlineData("{{ strftime_now('%Y') }}", "ChatTemplateOptions.CurrentTime")]
    [InlineData("{{ 'abc' | trim(1) }}", "needs text for 'chars', got 'int'")]
    [InlineData("{{ 'abc' | replace('a') }}", "misses its argument 'new'")]
    [InlineData("{{ 'abc' | upper(1, 2) }}", "takes at most 0 argument(s), 2 given")]
    [InlineData("{{ [1] | join(x=1) }}", "unexpected keyword argument 'x'")]
    [InlineData("{{ {[1]: 2} }}", "unhashable type: 'list'")]
    [InlineData("{{ [1][::0] }}", "slice step cannot be zero")]
    [InlineData("{% for a, b in [[1]] %}{% endfor %}", "Cannot unpack 1 value(s) into 2 name(s)")]
    [InlineData("{% set d.x = 1 %}", "not a namespace")]
    [InlineData("{{ [2, 'a'] | sort }}", "not supported between instances")]
    public void SaysWhatFailsAndWhere(string template, string message)
    {
        var exception = JinjaText.Error("first line\n" + template, "{\"d\": {}}");
        Assert.Contains(message, exception.Message);
        Assert.Contains("(line 2 of the chat template)", exception.Message);
        Assert.Equal(2, exception.Line);
        Assert.False(exception.RaisedByTemplate);
    }

    [Fact]
    public void RaiseExceptionKeepsItsWords()
    {
        var exception = JinjaText.Error("\n{{ raise_exception('Roles: ' ~ r) }}", "{\"r\": \"user\"}");
        Assert.Equal("Roles: user", exception.Message);
        Assert.True(exception.RaisedByTemplate);
        Assert.Equal(2, exception.Line);
    }

    private sealed class Names(List<string> seen) : IProgress<string>
    {
        public void Report(string value) => seen.Add(value);
    }
}
