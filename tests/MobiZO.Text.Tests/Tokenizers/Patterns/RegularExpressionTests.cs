using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tests.Tokenizers.Patterns;

public sealed class RegularExpressionTests
{
    [Theory]
    [InlineData("a|ab", "ab", "[a]b")]
    [InlineData("(?:ab)+", "xababy", "x[abab]y")]
    [InlineData("(?:ab){2}", "ababab", "[abab]ab")]
    [InlineData("a{2,3}", "aaaaa", "[aaa][aa]")]
    [InlineData("a{,2}b", "aaab", "a[aab]")]
    [InlineData("a+?b", "aab", "[aab]")]
    [InlineData("a++a", "aaa", "aaa")]
    [InlineData("a+a", "aaa", "[aaa]")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "a[  ][ ]b[  ]")]
    [InlineData("(?i:'s)|x", "'S'\u017FX", "['S]['\u017F]X")]
    [InlineData("(?i)k", "\u212A", "[\u212A]")]
    [InlineData("(?i:[^a])", "aAb", "aA[b]")]
    [InlineData("(?i:[^b-d])", "aBd", "[a]Bd")]
    [InlineData("(?i:[^[^a]])", "aAb", "[a][A]b")]
    [InlineData("(?i:[a-c&&[^B]])", "aBbC", "[a]Bb[C]")]
    [InlineData(@"(?i:\P{Lu})", "aA1", "aA[1]")]
    [InlineData(@"(?i:\p{Lu})", "aA1", "[a][A]1")]
    [InlineData(@"[^\r\n\p{L}]?\p{L}+", "-ab\ncd", "[-ab]\n[cd]")]
    [InlineData(@"\p{L}", "\U0001D54F", "[\U0001D54F]")]
    [InlineData(@"[\U0001F600-\U0001F64F]", "a\U0001F610", "a[\U0001F610]")]
    [InlineData(@"[\x{1F600}-\x{1F64F}]", "a\U0001F610", "a[\U0001F610]")]
    [InlineData(@"\p{^N}", "1a", "1[a]")]
    [InlineData(@"\P{N}", "1a", "1[a]")]
    [InlineData(@"[]a]", "]a", "[]][a]")]
    [InlineData(@"[a\-z]", "-bz", "[-]b[z]")]
    [InlineData(@"^a|b$", "ab", "[a][b]")]
    [InlineData(@"\bb\b", "ab b", "ab [b]")]
    [InlineData("(?=b)", "ab", "a[]b")]
    [InlineData("a(?=b)", "aab", "a[a]b")]
    [InlineData("(?<=a)b", "bab", "ba[b]")]
    [InlineData("(?<!a)b", "bab", "[b]ab")]
    [InlineData("(?<=a|\\d\\d)b", "1b12bab", "1b12[b]a[b]")]
    [InlineData("(?<!a|bc)d", "dadbcd", "[d]adbcd")]
    [InlineData("(?<=\U0001F600)b", "\U0001F600bb", "\U0001F600[b]b")]
    [InlineData("(?>a+)a|b", "aaab", "aaa[b]")]
    [InlineData("(?>ab|a)b", "abb ab", "[abb] ab")]
    [InlineData("(?:ab)++c|a", "ababc ab", "[ababc] [a]b")]
    [InlineData("[a-z&&[^aeiou]]+", "bcade", "[bc]a[d]e")]
    [InlineData("[^a-c&&b-d]", "abcd", "[a]bc[d]")]
    public void Matches(string pattern, string text, string marked)
    {
        // The class with \U is written out by the compiler of this file, not by the expression.
        var expression = new RegularExpression(pattern.Replace(@"\U0001F600", "\U0001F600").Replace(@"\U0001F64F", "\U0001F64F"));
        Assert.Equal(
            marked,
            string.Concat(
                expression
                    .Segments(text)
                    .Select(segment => segment.IsMatch ? $"[{text[segment.Start..segment.End]}]" : text[segment.Start..segment.End])
            )
        );
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("a\\")]
    [InlineData("*a")]
    [InlineData("(?<=a*)b")]
    [InlineData("(?<name>a)")]
    [InlineData("(?m:a)")]
    [InlineData("(?")]
    [InlineData("[&&b]")]
    [InlineData("[a&&]")]
    [InlineData("[[:alpha:]]")]
    [InlineData("[b-a]")]
    [InlineData("[a-")]
    [InlineData(@"\p{Han}")]
    [InlineData(@"\p{}")]
    [InlineData(@"\p")]
    [InlineData(@"\p{L")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\xZZ")]
    [InlineData(@"\u12")]
    [InlineData(@"\k<a>")]
    [InlineData("(?:a*)*")]
    [InlineData("a{3,2}")]
    [InlineData("a{1,2,3}")]
    [InlineData("a{99999}")]
    [InlineData("(?:(?:ab){1000}){1000}")]
    [InlineData("a{1}{1}{1}{1}{1}{1}")]
    public void Refuses_what_is_broken_or_unsupported(string pattern) =>
        Assert.Throws<PatternException>(() => new RegularExpression(pattern));

    [Theory]
    [InlineData('(', ')')]
    [InlineData('[', ']')]
    public void Refuses_deep_nesting(char open, char close) =>
        Assert.Throws<PatternException>(() => new RegularExpression(new string(open, 100_000) + "a" + new string(close, 100_000)));

    [Fact]
    public void An_expression_that_tries_every_way_ends_with_an_error()
    {
        var expression = new RegularExpression("(?:a+)+b");
        Assert.Equal((0, 3), expression.Find("aab", 0));
        var error = Assert.Throws<TokenizerException>(() => expression.Find(new string('a', 60), 0));
        Assert.Contains("'(?:a+)+b'", error.Message, StringComparison.Ordinal);
    }
}
